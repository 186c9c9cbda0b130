// A Worker whose sessions are in its memory, as far away as a store is.
import { Hono } from 'hono'
import { type Store, session } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'

const memory = memoryStore()
let calls = 0

async function call<T>(work: () => Promise<T>): Promise<T> {
  calls++
  await new Promise((resolve) => setTimeout(resolve, 5))
  return work()
}

const store: Store = {
  get: (key) => call(() => memory.get(key)),
  swap: (...given) => call(() => memory.swap(...given)),
}

export default new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .get('/calls', (c) => c.json(calls))
  .use(session<{ n: number }>((c) => ({ secret: c.env.SESSION_SECRET, store })))
  .get('/', async (c) => {
    const session = await c.var.session()
    return c.json(session.update('n', (n = 0) => n + 1))
  })
