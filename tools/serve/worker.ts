import { Hono } from 'hono'
import type { Store } from '../../src/session/index.ts'
import { d1Store } from '../../src/session/stores/d1.ts'
import { durableObjectStore, type SessionObject } from '../../src/session/stores/durable-object.ts'
import { kvStore } from '../../src/session/stores/kv.ts'
import { proofApp } from '../proof/app.ts'
import { soakApp } from '../soak/app.ts'

export { SessionObject } from '../../src/session/stores/durable-object.ts'

interface Bindings {
  SESSIONS: DurableObjectNamespace<SessionObject>
  SESSIONS_DB: D1Database
  SESSIONS_KV: KVNamespace
}

interface App {
  fetch(request: Request, env: Bindings): Response | Promise<Response>
}

/** Mounts an app once for each place where its sessions can live. */
function onEachStore(makeApp: (storeOf: (env: Bindings) => Store | undefined) => App) {
  return new Hono<{ Bindings: Bindings }>()
    .mount('/cookie', makeApp(() => undefined).fetch)
    .mount('/kv', makeApp((env) => kvStore(env.SESSIONS_KV)).fetch)
    .mount('/d1', makeApp((env) => d1Store(env.SESSIONS_DB)).fetch)
    .mount('/durable-object', makeApp((env) => durableObjectStore(env.SESSIONS)).fetch)
}

// One Worker for everything that runs in workerd: the path names the app, then the store.
export default new Hono<{ Bindings: Bindings }>()
  .route('/proof', onEachStore(proofApp))
  .route('/soak', onEachStore(soakApp))
