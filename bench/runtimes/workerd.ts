import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Runtime, serveEach } from './runtime.ts'

// The one that miniflare runs, without miniflare: its entry Worker costs more than what is measured.
const fromMiniflare = createRequire(createRequire(import.meta.url).resolve('miniflare'))
const workerd: string = fromMiniflare('workerd').default

export const runtime: Runtime = {
  name: 'workerd',
  version: () => execFileSync(workerd, ['--version'], { encoding: 'utf8' }).trim().split(' ')[1],
  async serve(directory, files) {
    const configs = new Map(files.map((file) => [file, join(directory, `${file}.capnp`)]))
    for (const [file, config] of configs) await writeFile(config, configOf(file))
    return serveEach(files, (file) => [
      workerd,
      'serve',
      configs.get(file) as string,
      '--control-fd=1',
    ])
  },
}

function configOf(file: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "${file}.js", esModule = embed "${file}.js")],
    compatibilityDate = "2026-10-23"
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`
}
