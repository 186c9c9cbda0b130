import { readdir, readFile } from 'node:fs/promises'
import { type NodeServer, startNode } from '../serve/node.ts'
import { hasRedis, startRedis } from '../serve/redis-server.ts'
import { startWorkers } from '../serve/workerd.ts'

/** The app on one store, in a process of its own. Whatever it prints is a fault. */
export type Server = NodeServer

/** Starts the app on each store. */
export const servers: Record<string, () => Promise<Server>> = {
  cookie: () => startWorkerd('/cookie'),
  memory: () => startNode('soak'),
  KV: () => startWorkerd('/kv'),
  D1: () => startWorkerd('/d1'),
  'Durable Objects': () => startWorkerd('/durable-object'),
  ...(hasRedis && { Redis: startOnRedis }),
}

async function startWorkerd(path: string): Promise<Server> {
  const printed: string[] = []
  const { origins, stop } = await startWorkers(['soak'], (message) => void printed.push(message))
  return { url: `${origins[0]}/soak${path}`, pid: await workerdPid(), printed, stop }
}

/** Finds the one workerd that this process started, where /proc tells. */
async function workerdPid(): Promise<number | undefined> {
  const entries = await readdir('/proc').catch(() => [])
  const found: number[] = []
  for (const entry of entries.filter((name) => /^\d+$/.test(name))) {
    // A process may end while its status is read.
    const status = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '')
    const isOurs = status.includes(`\nPPid:\t${process.pid}\n`)
    if (isOurs && status.startsWith('Name:\tworkerd\n')) found.push(Number(entry))
  }
  return found.length === 1 ? found[0] : undefined
}

async function startOnRedis(): Promise<Server> {
  const redis = await startRedis()
  const server = await startNode('soak', { store: redis.url }).catch(async (error) => {
    await redis.stop()
    throw error
  })
  const stop = async () => {
    await server.stop()
    await redis.stop()
  }
  return { ...server, stop }
}
