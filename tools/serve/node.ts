import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('node-server.ts', import.meta.url))

/** A process that serves an app over HTTP. */
export interface NodeServer {
  readonly url: string
  readonly pid: number | undefined
  /** Everything that it has printed. */
  readonly printed: readonly string[]
  stop(): Promise<void>
}

/** Where an app runs, and where its sessions live. */
export interface ProcessPlace {
  /** See `storeAt()`; the memory of the process without it. */
  readonly store?: string
  /** @default 'Node' */
  readonly runtime?: 'Node' | 'Deno'
}

/**
 * Serves an app in a process of its own.
 *
 * @throws {Error} When the process ends before it listens, with what it printed.
 */
export async function startNode(
  app: 'proof' | 'soak',
  { store, runtime = 'Node' }: ProcessPlace = {},
): Promise<NodeServer> {
  const printed: string[] = []
  const [command, ...flags] = runtime === 'Node' ? [process.execPath] : denoCommand()
  const child = spawn(command, [...flags, script, app, ...(store ? [store] : [])], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => printed.push(String(chunk)))
  }
  const ended = once(child, 'exit')
  const early = ended.then(([code]) => {
    throw new Error(`node-server.ts ended with ${code}: ${printed.join('')}`)
  })
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const [message] = await Promise.race([once(child, 'message'), early])
  early.catch(() => {}) // a later exit is the caller's own stop(), or shows as failed requests
  return { url: String(message), pid: child.pid, printed, stop }
}

/** Deno itself: what npm installs is a script of Node that starts it. */
function denoCommand(): [string, ...string[]] {
  const installed = fileURLToPath(new URL('../../node_modules/.bin/deno', import.meta.url))
  const asked = ['eval', 'console.log(Deno.execPath())']
  const path = execFileSync(installed, asked, { encoding: 'utf8' }).trim()
  return [path, 'run', '--allow-all', '--no-check', '--unstable-kv']
}
