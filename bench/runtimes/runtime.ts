import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Where a variant is served, and by which process. */
export interface Address {
  readonly url: string
  readonly pid: number
}

/** Variants that are being served, by their file. */
export interface Serving {
  readonly addresses: ReadonlyMap<string, Address>
  stop(): Promise<void>
}

/** Where JavaScript runs on servers. */
export interface Runtime {
  readonly name: string
  /** Tells the version; `undefined` where it is not installed. */
  version(): string | undefined
  /** Serves bundles `<file>.js` of a directory, each on a port of its own. */
  serve(directory: string, files: readonly string[]): Promise<Serving>
}

// None of them outlives this process.
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1))
}

/** Starts a server that says in a line of its standard output at which port it listens. */
export async function start(
  command: string,
  parameters: readonly string[],
): Promise<Address & { stop(): Promise<void> }> {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${command} ended with ${code}`)
  })
  ended.catch(() => {}) // it ends when it is stopped
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [
    string,
  ]
  const port = JSON.parse(line) as number | { port: number } // workerd says more
  return {
    url: `http://127.0.0.1:${typeof port === 'number' ? port : port.port}`,
    pid: child.pid as number,
    async stop() {
      running.delete(child)
      child.kill('SIGKILL')
      await ended.catch(() => {})
    },
  }
}

/** Serves each bundle in a process of its own. */
export async function serveEach(
  files: readonly string[],
  commandOf: (file: string) => readonly [command: string, ...parameters: string[]],
): Promise<Serving> {
  const started = await Promise.all(
    files.map(async (file) => {
      const [command, ...parameters] = commandOf(file)
      return { file, ...(await start(command, parameters)) }
    }),
  )
  return {
    addresses: new Map(started.map(({ file, ...address }) => [file, address])),
    async stop() {
      await Promise.all(started.map(({ stop }) => stop()))
    },
  }
}

/** Tells the version of a program that says it when asked; `undefined` where there is no such program. */
export function installed(command: string): string | undefined {
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' })
  return status === 0 ? /\d+\.\d+\.\d+/.exec(stdout)?.[0] : undefined
}
