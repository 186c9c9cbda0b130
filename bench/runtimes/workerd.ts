import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Address, addressOf, type Runtime, start } from './runtime.ts'

// The one that miniflare runs, without miniflare: its entry Worker costs more than what is measured.
const fromMiniflare = createRequire(createRequire(import.meta.url).resolve('miniflare'))
const workerd: string = fromMiniflare('workerd').default

/** Each variant is a Worker with an isolate and a port of its own; all are in one process. */
export const runtime: Runtime = {
  name: 'workerd',
  version: () => execFileSync(workerd, ['--version'], { encoding: 'utf8' }).trim().split(' ')[1],
  async serve(directory, files) {
    const config = join(directory, 'config.capnp')
    await writeFile(config, configOf(files))
    const { pid, said, stop } = await start(
      workerd,
      ['serve', config, '--control-fd=1'],
      files.length,
    )
    const addresses = new Map<string, Address>()
    for (const line of said) {
      const { socket, port } = JSON.parse(line) as { socket: string; port: number }
      addresses.set(socket, addressOf(port, pid))
    }
    return { addresses, stop }
  },
}

function configOf(files: readonly string[]): string {
  const services = files.map(
    (file) => `(name = "${file}", worker = (
      modules = [(name = "${file}.js", esModule = embed "${file}.js")],
      compatibilityDate = "2026-10-23"
    ))`,
  )
  const sockets = files.map(
    (file) => `(name = "${file}", address = "127.0.0.1:0", http = (), service = "${file}")`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [${services}], sockets = [${sockets}]);
`
}
