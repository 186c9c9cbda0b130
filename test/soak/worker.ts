import { Hono } from 'hono'
import { d1Store } from '../../src/session/stores/d1.ts'
import { durableObjectStore, type SessionObject } from '../../src/session/stores/durable-object.ts'
import { kvStore } from '../../src/session/stores/kv.ts'
import { soakApp } from './app.ts'

export { SessionObject } from '../../src/session/stores/durable-object.ts'

interface Bindings {
  SESSIONS: DurableObjectNamespace<SessionObject>
  SESSIONS_DB: D1Database
  SESSIONS_KV: KVNamespace
}

export default new Hono<{ Bindings: Bindings }>()
  .route(
    '/cookie',
    soakApp(() => undefined),
  )
  .route(
    '/kv',
    soakApp(({ SESSIONS_KV }: Bindings) => kvStore(SESSIONS_KV)),
  )
  .route(
    '/d1',
    soakApp(({ SESSIONS_DB }: Bindings) => d1Store(SESSIONS_DB)),
  )
  .route(
    '/durable-object',
    soakApp(({ SESSIONS }: Bindings) => durableObjectStore(SESSIONS)),
  )
