import { env } from 'cloudflare:workers'

/** A way for a store to fail. */
export type Fail = () => Promise<never>

/** The site's bindings, with reads and writes of the store that can be made to fail. */
export function faulty(SESSION_STORE: string) {
  const faults: { read?: Fail; write?: Fail } = {}
  const read = async <T>(call: () => Promise<T>) => (faults.read ?? call)()
  const write = async <T>(call: () => Promise<T>) => (faults.write ?? call)()
  const { SESSIONS_KV: kv, SESSIONS_DB: db, SESSIONS: objects } = env
  const SESSIONS_KV = {
    getWithMetadata: (key: string) => read(() => kv.getWithMetadata(key)),
    put: (...given: [string, string, KVNamespacePutOptions]) => write(() => kv.put(...given)),
    delete: (key: string) => write(() => kv.delete(key)),
  }
  const broken = { bind: () => broken, first: () => read<never>(() => Promise.reject()) }
  const SESSIONS_DB = {
    prepare: (sql: string) => (faults.read ? broken : db.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) => write(() => db.batch(statements)),
  }
  const SESSIONS = {
    getByName(name: string) {
      const object = objects.getByName(name)
      return {
        get: () => read(() => object.get()),
        swap: (...given: Parameters<typeof object.swap>) => write(() => object.swap(...given)),
      }
    },
  }
  return { faults, bindings: { ...env, SESSION_STORE, SESSIONS_KV, SESSIONS_DB, SESSIONS } }
}
