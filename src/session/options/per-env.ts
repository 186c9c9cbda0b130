import type { Context } from 'hono'
import type { Config } from './config.ts'
import { configure } from './configure.ts'
import type { SessionOptions } from './options.ts'

/** What the middleware needs of its options: the name at each request, the rest for a session. */
export interface Settings<As extends string> {
  readonly as: As
  /** @throws {TypeError | RangeError} When an option is wrong. */
  config(): Config
}

const defaultName = 'session'

/** Takes options that do not depend on bindings: mistakes in them are thrown at once. */
export function fixed<Data extends object, As extends string>(options: SessionOptions<Data, As>) {
  const settings = settingsOf(options)
  settings.config()
  return () => settings
}

/**
 * Asks for options once for each `c.env`: mistakes in them are thrown when a session is opened.
 *
 * On Node, Deno and Bun `c.env` is another object at each request. So options that equal the last ones
 * share their keys and caches.
 */
export function perEnv<Data extends object, As extends string>(
  make: (c: Context) => SessionOptions<Data, As>,
) {
  const known = new WeakMap<object, Settings<As>>()
  const noEnv = {}
  let last: { options: SessionOptions<Data, As>; settings: Settings<As> } | undefined

  return (c: Context): Settings<As> => {
    const env: object = c.env ?? noEnv
    let settings = known.get(env)
    if (settings) return settings
    try {
      const options = make(c)
      if (options instanceof Promise) options.catch(() => {}) // a mistake that open() reports
      if (!last || !isEqual(options, last.options))
        last = { options, settings: settingsOf(options) }
      settings = last.settings
    } catch (error) {
      settings = failing(error)
    }
    known.set(env, settings)
    return settings
  }
}

function settingsOf<Data extends object, As extends string>(
  options: SessionOptions<Data, As>,
): Settings<As> {
  let config: Config | undefined
  return {
    as: options?.as ?? (defaultName as As),
    config() {
      config ??= configure(options)
      return config
    },
  }
}

/** The name is not known if the function itself threw. */
function failing<As extends string>(error: unknown): Settings<As> {
  return {
    as: defaultName as As,
    config() {
      throw error
    },
  }
}

/**
 * The options that are compared by their members, like lists. Functions, stores, codecs and schemas are
 * compared by identity.
 */
const nested = ['cookie', 'remember', 'device']

function isEqual(one: unknown, other: unknown, depth = 0): boolean {
  if (Object.is(one, other)) return true
  if (!isObject(one) || !isObject(other)) return false
  const keys = Object.keys(one)
  if (keys.length !== Object.keys(other).length) return false
  return keys.every((key) => {
    if (!Object.hasOwn(other, key)) return false
    if (Object.is(one[key], other[key])) return true
    const byMembers = nested.includes(key) || Array.isArray(one[key])
    return depth === 0 && byMembers && isEqual(one[key], other[key], 1)
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
