import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '../../src/session/stores/memory.ts'
import type { SqlRun } from '../../src/session/stores/sql.ts'
import { type NodeServer, type ProcessPlace, startNode } from '../serve/node.ts'
import { startPostgres } from '../serve/postgres-server.ts'
import { startRedis } from '../serve/redis-server.ts'
import { sqlStoreOf } from '../serve/store-at.ts'
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
  const { url, stop } = await startRedis()
  return startProcesses('Redis', { store: url }, { count: 2, stop })
}

/** A PostgreSQL, and two Node processes that each serve the app. */
export async function startPostgresProcesses(): Promise<Places> {
  const { url, stop } = await startPostgres()
  return startProcesses('PostgreSQL', { store: url }, { count: 2, stop })
}

/** Two Node processes that serve the app from one file of SQLite. */
export function startSqliteProcesses(): Promise<Places> {
  const directory = mkdtempSync(join(tmpdir(), 'edge-session-proof-'))
  const stop = async () => rmSync(directory, { recursive: true })
  const store = `sqlite:${join(directory, 'sessions.db')}`
  return startProcesses('SQLite', { store }, { count: 2, stop })
}

/** A Deno process that serves the app from its own KV; a file of it is for one process. */
export function startDenoKv(): Promise<Places> {
  const place = { store: 'deno-kv::memory:', runtime: 'Deno' } as const
  return startProcesses('Deno KV', place, { count: 1, stop: async () => {} })
}

/** The app in this process, on a PostgreSQL that is a part of it. */
export async function startPglite(): Promise<Places> {
  const { PGlite } = await import('@electric-sql/pglite')
  const db = new PGlite()
  const run: SqlRun = async (statement, parameters) => (await db.query(statement, parameters)).rows
  const store = await sqlStoreOf(run, { dialect: 'postgres' })
  const instances = [proofApp(() => store)] as const
  return { places: [{ name: 'PGlite', instances, isExact: true }], stop: () => db.close() }
}

/** Processes that share a store. One starts after the other: the first makes the table. */
async function startProcesses(
  name: string,
  place: ProcessPlace,
  { count, stop }: { count: number; stop(): Promise<void> },
): Promise<Places> {
  const servers: NodeServer[] = []
  const stopAll = async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await stop()
  }
  try {
    while (servers.length < count) servers.push(await startNode('proof', place))
    const instances = servers.map(({ url }) => at(url))
    return { places: placesOf(name, instances as [Instance], 'processes'), stop: stopAll }
  } catch (error) {
    await stopAll()
    throw error
  }
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
