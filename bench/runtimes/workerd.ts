import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Runtime, serveEach, start } from './runtime.ts'

// The one that miniflare runs, without miniflare: its entry Worker costs more than what is measured.
const fromMiniflare = createRequire(createRequire(import.meta.url).resolve('miniflare'))
const workerd: string = fromMiniflare('workerd').default

export const runtime: Runtime = {
  name: 'workerd',
  version: () => execFileSync(workerd, ['--version'], { encoding: 'utf8' }).trim().split(' ')[1],
  async serve(directory, files) {
    await Promise.all(files.map((file) => configure(directory, file)))
    return serveEach(files, (file) => [workerd, ...serving(join(directory, `${file}.capnp`))])
  },
}

/** Starts a process that loads a Worker so many times, each in an isolate of its own. */
export async function startCopies(directory: string, file: string, copies: number) {
  return start(workerd, serving(await configure(directory, file, copies)))
}

function serving(config: string): string[] {
  return ['serve', config, '--control-fd=1']
}

/** Writes `<file>.capnp` for the bundle `<file>.js`. The first of its copies is served. */
async function configure(directory: string, file: string, copies = 1): Promise<string> {
  const services = Array.from({ length: copies }, (_, i) => {
    return `(name = "${i}", worker = (
    modules = [(name = "${file}.js", esModule = embed "${file}.js")],
    compatibilityDate = "2026-10-23"
  ))`
  })
  const config = join(directory, `${file}.capnp`)
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "0")]
);
`,
  )
  return config
}
