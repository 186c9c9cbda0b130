import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll } from 'vitest'
import { d1Store } from '../../src/session/stores/d1.ts'
import { durableObjectStore } from '../../src/session/stores/durable-object.ts'
import { kvStore } from '../../src/session/stores/kv.ts'
import { endingsContract } from '../contracts/endings.ts'

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))

endingsContract('d1Store()', () => d1Store(env.SESSIONS_DB))
endingsContract('durableObjectStore()', () => durableObjectStore(env.SESSIONS))
endingsContract('kvStore()', () => kvStore(env.SESSIONS_KV))
