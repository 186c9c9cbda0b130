import type { Context } from 'hono'
import { type Config, configure, type SessionOptions } from './options.ts'

/** What the middleware needs of its options: the name at each request, the rest for a session. */
export interface Settings<As extends string> {
  readonly as: As
  /** @throws {TypeError | RangeError} When an option is wrong. */
  config(): Config
}

/** Takes options that are ready: mistakes in them show now. */
export function always<Data extends object, As extends string>(options: SessionOptions<Data, As>) {
  const config = configure(options)
  const settings: Settings<As> = { as: nameOf(options), config: () => config }
  return () => settings
}

/** Asks for options once for each `c.env`: mistakes in them show when a session is opened. */
export function oncePerEnv<Data extends object, As extends string>(
  make: (c: Context) => SessionOptions<Data, As>,
) {
  const known = new WeakMap<object, Settings<As>>()
  const noEnv = {}
  let lastEnv: object | undefined
  let settings: Settings<As>
  return (c: Context): Settings<As> => {
    const env: object = c.env ?? noEnv
    if (env !== lastEnv) {
      const found = known.get(env) ?? ask(make, c)
      known.set(env, found)
      settings = found
      lastEnv = env
    }
    return settings
  }
}

const defaultName = 'session'

function ask<Data extends object, As extends string>(
  make: (c: Context) => SessionOptions<Data, As>,
  c: Context,
): Settings<As> {
  try {
    return lazily(make(c))
  } catch (error) {
    const config = () => {
      throw error
    }
    return { as: defaultName as As, config }
  }
}

function lazily<Data extends object, As extends string>(
  options: SessionOptions<Data, As>,
): Settings<As> {
  let config: Config | undefined
  return {
    as: nameOf(options ?? {}),
    config() {
      config ??= configure(options)
      return config
    },
  }
}

function nameOf<As extends string>(options: { as?: As }): As {
  return options.as ?? (defaultName as As)
}
