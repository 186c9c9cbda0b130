import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { hasRedis, startRedis } from '../node/redis-server.ts'
import { bundle } from '../proof/bundle.ts'
import { migrate } from '../proof/migrate.ts'

/** The app on one store, in a process of its own. */
export interface Server {
  readonly url: string
  /** The process, where this machine can tell. */
  readonly pid: number | undefined
  /** What it printed, which is to be nothing. */
  readonly printed: readonly string[]
  stop(): Promise<void>
}

/** Starts the app on each store. */
export const servers: Record<string, () => Promise<Server>> = {
  cookie: () => startWorkerd('/cookie'),
  memory: () => startNode(),
  KV: () => startWorkerd('/kv'),
  D1: () => startWorkerd('/d1'),
  'Durable Objects': () => startWorkerd('/durable-object'),
  ...(hasRedis && { Redis: startOnRedis }),
}

async function startWorkerd(path: string): Promise<Server> {
  const printed: string[] = []
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      handleStructuredLogs: ({ message }) => void printed.push(message),
      workers: [await worker()],
    }),
  )
  const stop = () => miniflare.dispose()
  try {
    await miniflare.ready
    await migrate(await miniflare.getD1Database('SESSIONS_DB'))
    // Not by the Worker that miniflare puts before ours: it takes longer than ours does.
    const { origin } = await miniflare.unsafeGetDirectURL('soak')
    return { url: origin + path, pid: await workerdPid(), printed, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function worker() {
  return {
    name: 'soak',
    modules: [
      {
        type: 'ESModule' as const,
        path: 'worker.js',
        contents: await bundle(new URL('worker.ts', import.meta.url)),
      },
    ],
    compatibilityDate: '2026-10-23',
    kvNamespaces: ['SESSIONS_KV'],
    d1Databases: ['SESSIONS_DB'],
    durableObjects: { SESSIONS: { className: 'SessionObject', useSQLite: true } },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  }
}

/** Finds the one workerd that this process started. */
async function workerdPid(): Promise<number | undefined> {
  const entries = await readdir('/proc').catch(() => [])
  const found: number[] = []
  for (const entry of entries.filter((name) => /^\d+$/.test(name))) {
    // A process may end while it is looked at.
    const status = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '')
    const isOurs = status.includes(`\nPPid:\t${process.pid}\n`)
    if (isOurs && status.startsWith('Name:\tworkerd\n')) found.push(Number(entry))
  }
  return found.length === 1 ? found[0] : undefined
}

async function startOnRedis(): Promise<Server> {
  const redis = await startRedis()
  const server = await startNode(redis.url).catch(async (error) => {
    await redis.stop()
    throw error
  })
  const stop = async () => {
    await server.stop()
    await redis.stop()
  }
  return { ...server, stop }
}

async function startNode(...args: string[]): Promise<Server> {
  const printed: string[] = []
  const script = fileURLToPath(new URL('node-process.ts', import.meta.url))
  const child = fork(script, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => printed.push(String(chunk)))
  }
  const ended = once(child, 'exit')
  const early = ended.then(([code]) => {
    throw new Error(`node-process.ts ended with ${code}: ${printed.join('')}`)
  })
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const [message] = await Promise.race([once(child, 'message'), early])
  early.catch(() => {}) // from here on its end is seen by who asks it
  return { url: String(message), pid: child.pid, printed, stop }
}
