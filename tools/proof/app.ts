import { Hono } from 'hono'
import { type Session, type Store, session } from '../../src/session/index.ts'
import { counted } from '../counted.ts'

const secret = 'only-the-proof-knows-this-secret'

/** Longer than anything here takes: a request that still waits by then was never released. */
const longestHold = 30_000 // milliseconds

type Data = {
  n: number
  user: string
  /** What all change at once, with `update()`. */
  shared: Nested
} & { [own in `own-${string}`]: Nested } & { [key in `key-${string}`]: true }

interface Nested {
  list: string[]
}

/** What a request may do to its session. `value` tells the changes of two requests apart. */
const jobs = {
  read: (session) => ({
    isNew: session.new,
    data: Object.fromEntries(session.entries()),
    messages: session.peekFlash(),
  }),
  begin: (session) => session.set('n', 0),
  count: (session) => session.update('n', (n = 0) => n + 1),
  key: (session, value) => session.set(`key-${value}` as const, true),
  own: (session, value) => session.set(`own-${value}` as const, { list: [] }),
  nested: (session, value) => session.get(`own-${value}` as const)?.list.push(value),
  shared: (session, value) =>
    session.update('shared', (nested: Nested = { list: [] }) => ({
      list: [...nested.list, value],
    })),
  flash: (session, value) => session.flash(value),
  clear: (session) => session.clear(),
  login(session, value) {
    session.regenerate()
    session.set('user', value)
  },
  logout: (session) => session.invalidate(),
} satisfies Record<string, (session: Session<Data>, value: string) => unknown>

/** The name of something that a request may do. */
export type Job = keyof typeof jobs

/** What `read` answers. */
export interface Content {
  isNew: boolean
  data: Record<string, unknown>
  messages: string[]
}

/**
 * Makes an app whose requests do to their session what the path says.
 *
 * With `?hold=name` a request opens the session and then waits until `/release/name`. `/held/name` is
 * whether it waits, `/calls` how often the store was called.
 *
 * @param storeOf - `undefined`: the session is the cookie.
 */
export function proofApp<Bindings extends object>(storeOf: (env: Bindings) => Store | undefined) {
  const holds = holder()
  let calls = 0
  // The same object for the same store: requests queue by it.
  const counting = new WeakMap<Store, Store>()
  const countingOf = (store: Store): Store => {
    const known = counting.get(store) ?? counted(store, () => void calls++)
    counting.set(store, known)
    return known
  }
  return new Hono<{ Bindings: Bindings }>()
    .get('/calls', (c) => c.json(calls))
    .get('/held/:name', (c) => c.json(holds.held.has(c.req.param('name'))))
    .get('/release/:name', (c) => c.json(!!holds.released.add(c.req.param('name'))))
    .use(
      session<Data>((c) => {
        const store = storeOf(c.env)
        return store ? { secret, store: countingOf(store) } : { secret }
      }),
    )
    .get('/:job', async (c) => {
      const { hold, value = '' } = c.req.query()
      const session = await c.var.session()
      if (hold) await holds.wait(hold)
      return c.json(jobs[c.req.param('job') as Job](session, value) ?? null)
    })
}

/** Lets requests wait for each other. They poll, since in workerd none may wake another. */
function holder() {
  const held = new Set<string>()
  const released = new Set<string>()
  async function wait(name: string): Promise<void> {
    held.add(name)
    for (const end = Date.now() + longestHold; !released.has(name) && Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return { held, released, wait }
}
