import type { Session, SessionOptions } from '../../src/session/index.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { watched } from './stores.ts'
import { createVisitor, type Visitor } from './visitor.ts'

type Use<T> = (session: Session) => T | Promise<T>

/**
 * Whether one request of this runtime can wake another, so that requests wait in a queue. The Workers
 * of the tests cannot: their requests compete.
 */
export const canQueue = (() => {
  const { Cloudflare } = globalThis as {
    Cloudflare?: { compatibilityFlags?: Record<string, boolean> }
  }
  return Cloudflare?.compatibilityFlags?.handle_cross_request_promise_resolution !== false
})()

/** A promise that a test resolves. */
export const gate = () => Promise.withResolvers<void>()

/**
 * Begins a visit whose handler opens the session and waits.
 *
 * @returns A function that lets the handler continue with `use`, and resolves with its result.
 */
export async function visitSlowly<T>(visitor: Visitor, use: Use<T>): Promise<() => Promise<T>> {
  const [opened, waiting] = [gate(), gate()]
  const visiting = visitor.visit(async (session) => {
    session.get('base') // as a read, so that the session may be due for a re-issue
    opened.resolve()
    await waiting.promise
    return use(session)
  })
  await Promise.race([opened.promise, visiting])
  return () => {
    waiting.resolve()
    return visiting
  }
}

/** How a race is set up. */
export interface RaceOptions {
  prepare?: Use<unknown>
  /** Options of the app. */
  options?: Partial<SessionOptions>
  /** Options of the app from the race on. */
  later?: Partial<SessionOptions>
}

/** Two tabs of one visitor: the slow one has the session open before the quick one does anything. */
export async function race<T>(
  slow: Use<T>,
  quick: Use<unknown>,
  { prepare = (session) => session.set('base', 1), options, later = options }: RaceOptions = {},
) {
  const store = watched(memoryStore())
  const before = createVisitor({ store, ...options })
  await before.visit(prepare)
  const visitor = createVisitor({ store, ...later })
  visitor.token = before.token
  const { token } = visitor
  const finish = await visitSlowly(visitor, slow)
  await visitor.visit(quick)
  const afterQuick = visitor.token
  const result = await finish()
  return { store, visitor, result, token, afterQuick, slowSent: visitor.sent }
}
