import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll } from 'vitest'
import { d1Store } from '../../src/session/stores/d1.ts'
import { durableObjectStore } from '../../src/session/stores/durable-object.ts'
import { kvStore } from '../../src/session/stores/kv.ts'
import { deviceContract } from '../contracts/device.ts'

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))

deviceContract('D1', () => d1Store(env.SESSIONS_DB))
deviceContract('Durable Objects', () => durableObjectStore(env.SESSIONS))
deviceContract('KV', () => kvStore(env.SESSIONS_KV))
