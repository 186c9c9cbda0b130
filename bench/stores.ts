import { readFile } from 'node:fs/promises'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { memoryStore } from '../src/session/stores/memory.ts'
import { redisStore } from '../src/session/stores/redis.ts'
import { increment } from '../tools/proof/count.ts'
import {
  type Place,
  type Places,
  startMemory,
  startRedisProcesses,
  startWorkerd,
} from '../tools/proof/places.ts'
import { visitorOf } from '../tools/proof/visitor.ts'
import { connectRedis } from '../tools/serve/redis-connection.ts'
import { hasRedis, startRedis } from '../tools/serve/redis-server.ts'
import { bundle } from './bundle.ts'
import { keyOf, type Turns, text, turnsOn } from './growth.ts'
import { median } from './measure.ts'

/** What a request costs where sessions live in a place. */
export interface StoreCost {
  readonly name: string
  readonly job: 'read' | 'count'
  /** Store calls for a request. */
  readonly calls: number
  /** Milliseconds for a request, from outside. */
  readonly milliseconds: number
}

/** What it costs when clients change one session at the same time. */
export interface Contention {
  readonly name: string
  readonly clients: number
  readonly calls: number
  readonly refused: number
  readonly p50: number
  readonly p99: number
}

/** Measures each store as its app has it. */
export async function storeCosts(requests: number, seconds: number) {
  const costs: StoreCost[] = []
  const contention: Contention[] = []
  for (const begin of [startMemory, startWorkerd, ...(hasRedis ? [startRedisProcesses] : [])]) {
    const { places, stop }: Places = await begin()
    try {
      for (const place of places) {
        if (place.instances.length === 1) costs.push(...(await costsAt(place, requests)))
        if (place.isExact) contention.push(...(await contentionAt(place, seconds)))
      }
    } finally {
      await stop()
    }
  }
  return { costs, contention }
}

async function costsAt(place: Place, requests: number): Promise<StoreCost[]> {
  const visitor = visitorOf(place)
  await visitor.visit(0, { job: 'begin' })
  const costs: StoreCost[] = []
  for (const job of ['read', 'count'] as const) {
    const before = await visitor.calls()
    const times: number[] = []
    for (let i = 0; i < requests; i++) {
      const start = performance.now()
      await visitor.visit(0, { job })
      times.push(performance.now() - start)
    }
    const calls = ((await visitor.calls()) - before) / requests
    costs.push({ name: place.name, job, calls, milliseconds: median(times) })
  }
  return costs
}

async function contentionAt(place: Place, limit: number): Promise<Contention[]> {
  const found: Contention[] = []
  for (const clients of [2, 8, 64]) {
    const { asked, succeeded, kept, calls, p50, p99 } = await increment(place, {
      count: 300,
      clients,
      limit,
    })
    if (kept !== succeeded) throw new Error(`${place.name} lost ${succeeded - kept} updates`)
    found.push({ name: place.name, clients, calls, refused: asked - succeeded, p50, p99 })
  }
  return found
}

/** Microseconds that a read and a write take among so many sessions. */
export interface Growth {
  readonly name: string
  readonly sessions: number
  readonly microseconds: number
}

const counts = [1e3, 1e4, 1e5, 1e6]
const chunk = 1e5

/** A store, how to fill it up with the sessions of these numbers, and how to use it. */
interface Filling {
  readonly name: string
  fill(from: number, to: number): Promise<void>
  use(turns: Turns): Promise<void>
}

/** Measures what more sessions cost, in the stores that keep all of them in one place. */
export async function growth(): Promise<Growth[]> {
  const store = memoryStore({ maxEntries: 2e6 })
  const found = await growthIn({
    name: 'memory',
    async fill(from, to) {
      for (let i = from; i < to; i++) await store.swap(keyOf(i), null, text, 3600)
    },
    use: (turns) => turnsOn(store, turns),
  })
  found.push(...(await growthInD1()))
  if (hasRedis) found.push(...(await growthInRedis()))
  return found
}

async function growthIn({ name, fill, use }: Filling): Promise<Growth[]> {
  const found: Growth[] = []
  let filled = 0
  for (const sessions of counts) {
    for (; filled < sessions; filled = Math.min(filled + chunk, sessions)) {
      await fill(filled, Math.min(filled + chunk, sessions))
    }
    await use({ turns: 200, sessions }) // to warm up
    const times: number[] = []
    for (let round = 0; round < 9; round++) {
      const start = performance.now()
      await use({ turns: 0, sessions })
      const between = performance.now()
      await use({ turns: 50, sessions })
      times.push((performance.now() - between - (between - start)) / 50)
    }
    found.push({ name, sessions, microseconds: median(times) * 1000 })
  }
  return found
}

async function growthInD1(): Promise<Growth[]> {
  const { code } = await bundle('bench/growth-worker.ts')
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({ cf: false, modules: true, script: code, d1Databases: ['DB'] }),
  )
  try {
    const db = await miniflare.getD1Database('DB')
    const migration = new URL('../migrations/0001_sessions.sql', import.meta.url)
    const statements = (await readFile(migration, 'utf8')).replaceAll(/--.*/g, '').split(';')
    for (const each of statements) if (each.trim()) await db.prepare(each).run()
    const insert = db.prepare(`WITH RECURSIVE n (i) AS
      (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
      INSERT INTO sessions SELECT printf('session:%043d', i), ?3, ?4 FROM n`)
    const expires = Math.ceil(Date.now() / 1000) + 3600
    return await growthIn({
      name: 'D1',
      fill: async (from, to) => void (await insert.bind(from, to, text, expires).run()),
      async use(turns) {
        const init = { method: 'POST', body: JSON.stringify(turns) }
        const response = await miniflare.dispatchFetch('http://localhost', init)
        if (!response.ok) throw new Error(await response.text())
      },
    })
  } finally {
    await miniflare.dispose()
  }
}

async function growthInRedis(): Promise<Growth[]> {
  const server = await startRedis()
  const client = connectRedis(server.port)
  const script = `for i = ARGV[1], ARGV[2] - 1 do
    redis.call('SET', string.format('session:%043d', i), ARGV[3], 'EX', 3600)
  end`
  const store = redisStore(client.send)
  try {
    return await growthIn({
      name: 'Redis',
      fill: async (...range) =>
        void (await client.send(['EVAL', script, '0', ...range.map(String), text])),
      use: (turns) => turnsOn(store, turns),
    })
  } finally {
    client.close()
    await server.stop()
  }
}
