import { Hono } from 'hono'
import { d1Store } from '../../src/session/stores/d1.ts'
import { durableObjectStore, type SessionObject } from '../../src/session/stores/durable-object.ts'
import { kvStore } from '../../src/session/stores/kv.ts'
import { proofApp } from './app.ts'

export { SessionObject } from '../../src/session/stores/durable-object.ts'

interface Bindings {
  SESSIONS: DurableObjectNamespace<SessionObject>
  SESSIONS_DB: D1Database
  SESSIONS_KV: KVNamespace
}

// One Worker for all that runs in workerd: the first part of the path says where the session lives.
export default new Hono<{ Bindings: Bindings }>()
  .route(
    '/cookie',
    proofApp(() => undefined),
  )
  .route(
    '/kv',
    proofApp(({ SESSIONS_KV }: Bindings) => kvStore(SESSIONS_KV)),
  )
  .route(
    '/d1',
    proofApp(({ SESSIONS_DB }: Bindings) => d1Store(SESSIONS_DB)),
  )
  .route(
    '/durable-object',
    proofApp(({ SESSIONS }: Bindings) => durableObjectStore(SESSIONS)),
  )
