import { randomString } from './codecs/random.ts'
import { StoreError } from './errors.ts'
import { storeKey } from './lifecycle/ids.ts'
import { limitsOf, ttlOf } from './lifecycle/limits.ts'
import { formatPayload, type Payload } from './lifecycle/payload.ts'
import type { Config } from './options/config.ts'
import { configure } from './options/configure.ts'
import type { SessionOptions } from './options/options.ts'
import { assertJson } from './state/json.ts'
import { flashPrefix, isReserved, stayKey } from './state/reserved-keys.ts'
import type { Store } from './store.ts'

export type { Browser, BrowserApp } from './testing/browser.ts'
export { browser } from './testing/browser.ts'
export type { FieldValue } from './testing/fill.ts'

/** What a session holds. */
export interface SessionContent<Data extends object = Record<string, unknown>> {
  /** The data that handlers set. */
  data: Partial<Data>
  /** The messages that wait, by queue. */
  flash: Record<string, unknown[]>
  /** When it began, in seconds since the epoch. */
  created: number
  /** When it was last written, in seconds since the epoch. */
  renewed: number
  /** Whether the visitor asked to stay logged in. */
  remembered: boolean
}

/**
 * Makes the `Cookie` header of a visitor who has a session already, for the tests of an app.
 *
 * @param options - Those of the app's `session()`.
 * @param more - Waiting flash messages, times other than now, and whether it is remembered.
 *
 * @example
 * ```ts
 * const Cookie = await sealSession({ counter: 41 }, { secret })
 * const response = await app.request('/', { headers: { Cookie } })
 * ```
 */
export async function sealSession<Data extends object>(
  data: Partial<Data>,
  options: SessionOptions<Data, string>,
  more: Partial<Omit<SessionContent, 'data'>> = {},
): Promise<string> {
  const config = configure(options)
  const { codecs, cookie } = config
  const now = Math.floor(Date.now() / 1000)
  const { flash = {}, renewed = now, created = renewed, remembered = false } = more
  assertJson(data, 'data', [])
  assertJson(flash, 'flash', [])
  const queues = Object.entries(flash).map(([queue, messages]) => [flashPrefix + queue, messages])
  const entries: [string, unknown][] = Object.entries({ ...data, ...Object.fromEntries(queues) })
  if (remembered) entries.push([stayKey, true])
  const payload = { renewed, created, data: new Map(entries) }
  const content = options.store
    ? await keep(config, options.store, payload)
    : formatPayload(payload)
  return `${cookie.name}=${await codecs[0]?.encode(content)}`
}

/**
 * Reads the session that a response commits, for the tests of an app.
 *
 * @param options - Those of the app's `session()`.
 * @returns What the session holds; `null` when the response removes its cookie, `undefined` when it
 * leaves the cookie alone, as most responses do if sessions are in a store.
 * @throws {TypeError} When the session was written with other options.
 */
export async function readSession<Data extends object = Record<string, unknown>>(
  response: Response,
  options: SessionOptions<Data, string>,
): Promise<SessionContent<Data> | null | undefined> {
  const { codecs, cookie } = configure(options)
  const { store } = options
  const start = `${cookie.name}=`
  const line = response.headers.getSetCookie().find((each) => each.startsWith(start))
  if (line === undefined) return undefined
  if (line === cookie.remove) return null
  const token = line.slice(start.length, line.indexOf(';'))
  const content = await codecs[0]?.decode(token)
  const key = content && store ? await storeKey(content, { name: cookie.baseName }) : undefined
  const payload = key && store ? await store.get(key) : content
  if (typeof payload !== 'string') {
    throw new TypeError('readSession(): the response has a session of other options')
  }
  return contentOf(payload)
}

function contentOf<Data extends object>(payload: string): SessionContent<Data> {
  const [renewed, created, held] = JSON.parse(payload)
  const entries = Object.entries<unknown[]>(held)
  const queues = entries.filter(([key]) => key.startsWith(flashPrefix))
  return {
    data: Object.fromEntries(entries.filter(([key]) => !isReserved(key))) as Partial<Data>,
    flash: Object.fromEntries(queues.map(([key, list]) => [key.slice(flashPrefix.length), list])),
    created,
    renewed,
    remembered: held[stayKey] === true,
  }
}

/** Keeps a session in a store. @returns Its id. */
async function keep({ policy, cookie }: Config, store: Store, payload: Payload): Promise<string> {
  const id = randomString(32)
  const ttl = ttlOf(limitsOf(policy, payload.data), { ...payload, renewed: 0, created: 0 })
  const key = await storeKey(id, { name: cookie.baseName })
  const { swapped } = await store.swap(key, null, formatPayload(payload), ttl)
  if (!swapped) throw new StoreError('sealSession(): the store did not keep the session')
  return id
}
