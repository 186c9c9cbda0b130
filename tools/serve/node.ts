import { fork } from 'node:child_process'
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

/**
 * Serves an app in a Node process of its own.
 *
 * @param redisUrl - Where its sessions live; the memory of the process without it.
 * @throws {Error} When the process ends before it listens, with what it printed.
 */
export async function startNode(app: 'proof' | 'soak', redisUrl?: string): Promise<NodeServer> {
  const printed: string[] = []
  // Without the flags of this process: a test runner's are not for a server.
  const child = fork(script, redisUrl ? [app, redisUrl] : [app], {
    execArgv: [],
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
