import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A server of a test, in its own processes. */
export interface Server {
  readonly url: string
  /** What it has printed so far. */
  output(): string
  stop(): Promise<void>
}

const longestStart = 120_000
const longestStop = 10_000
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) kill(child, 'SIGKILL')
})

/** Finds a port of this machine that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/**
 * Starts a server and waits until it answers.
 *
 * @param command - Its last words may hold `{port}`, as may the environment.
 * @throws When it ends first, or is not there after a minute; the message has what it printed.
 */
export async function start(
  cwd: string,
  command: readonly string[],
  environment: Record<string, string> = {},
): Promise<Server> {
  const port = String(await freePort())
  const fill = (text: string) => text.replace('{port}', port)
  const [file = '', ...flags] = command.map(fill)
  const env = { ...process.env, NO_COLOR: '1' } as Record<string, string>
  for (const [name, value] of Object.entries(environment)) env[name] = fill(value)
  // A separate group, so that the processes it starts end with it.
  const child = spawn(file, flags, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk
    })
  }
  const server: Server = {
    url: `http://127.0.0.1:${port}`,
    output: () => printed,
    async stop() {
      running.delete(child)
      if (child.exitCode !== null || child.signalCode !== null) return
      // Processes that it started in other groups end only if it is asked to stop, not killed.
      const ended = once(child, 'exit')
      kill(child, 'SIGTERM')
      const timer = setTimeout(() => kill(child, 'SIGKILL'), longestStop)
      await ended
      clearTimeout(timer)
    },
  }
  await untilItAnswers(child, server).catch(async (cause) => {
    await server.stop()
    throw new Error(`${command.join(' ')}: ${cause.message}\n${printed}`, { cause })
  })
  return server
}

async function untilItAnswers(child: ChildProcess, { url }: Server): Promise<void> {
  const end = Date.now() + longestStart
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}`)
    const response = await fetch(`${url}/is-it-there`).catch(() => null)
    await response?.body?.cancel()
    if (response) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('does not answer')
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has ended already.
  }
}
