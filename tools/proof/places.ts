import { memoryStore } from '../../src/session/stores/memory.ts'
import { startNode } from '../serve/node.ts'
import { startRedis } from '../serve/redis-server.ts'
import { startWorkers } from '../serve/workerd.ts'
import { proofApp } from './app.ts'

/** One of several apps, in processes or Workers of their own, that share nothing but the store. */
export interface Instance {
  request(path: string, init?: RequestInit): Response | Promise<Response>
}

/** Where sessions are kept, with the apps that keep them there. */
export interface Place {
  readonly name: string
  readonly instances: readonly [Instance, ...Instance[]]
  /** Whether it loses no update. The others are only measured. */
  readonly isExact: boolean
}

/** Places, and how to stop what was started for them. */
export interface Places {
  readonly places: readonly Place[]
  stop(): Promise<void>
}

/** The app in this process, on a store that only this process has. */
export function startMemory(): Places {
  const store = memoryStore()
  const instances = [proofApp(() => store)] as const
  return { places: [{ name: 'memory', instances, isExact: true }], stop: async () => {} }
}

/** Two Workers in workerd. */
export async function startWorkerd(): Promise<Places> {
  const { origins, stop } = await startWorkers(['first', 'second'])
  const [first = '', second = ''] = origins.map((origin) => `${origin}/proof`)
  const both = (path: string) => [at(first + path), at(second + path)] as const
  const places = [
    ...placesOf('Durable Objects', both('/durable-object'), 'Workers'),
    ...placesOf('D1', both('/d1'), 'Workers'),
    ...placesOf('KV', [at(`${first}/kv`)], 'Workers', false),
    ...placesOf('cookie', [at(`${first}/cookie`)], 'Workers', false),
  ]
  return { places, stop }
}

/** A Redis, and two Node processes that each serve the app. */
export async function startRedisProcesses(): Promise<Places> {
  const redis = await startRedis()
  const started = await Promise.allSettled([
    startNode('proof', redis.url),
    startNode('proof', redis.url),
  ])
  const servers = started.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
  }
  const [first, second] = servers
  if (first && second) {
    const places = placesOf('Redis', [at(first.url), at(second.url)], 'processes')
    return { places, stop }
  }
  await stop()
  throw started.find((each) => each.status === 'rejected')?.reason
}

/** The instance that answers at a URL. */
function at(url: string): Instance {
  return { request: (path, init) => fetch(url + path, init) }
}

/** The first instance alone, and all of them where there is more than one. */
function placesOf(
  name: string,
  instances: Place['instances'],
  what: string,
  isExact = true,
): Place[] {
  const alone: Place = { name, instances: [instances[0]], isExact }
  const all: Place = { name: `${name}, ${instances.length} ${what}`, instances, isExact }
  return instances.length === 1 ? [alone] : [alone, all]
}
