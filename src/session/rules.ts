/** What an option must be. */
export interface Rule {
  readonly type?: 'boolean' | 'function' | 'number' | 'object' | 'string'
  /** What to give, to end the message that refuses another value. */
  readonly cure: string
  /** Tells whether a value of the type will do; all of them, if absent. */
  readonly allows?: (value: never) => boolean
  /** Whether `null` will do, too. */
  readonly nullable?: boolean
}

export const flag: Rule = { type: 'boolean', cure: 'a boolean' }

export const callback: Rule = { type: 'function', cure: 'a function' }

/** A text of one form. */
export function text(pattern: RegExp, cure: string): Rule {
  return { type: 'string', cure, allows: (value: string) => pattern.test(value) }
}

/** A number without fraction, in a range. */
export function whole(what: string, least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  return {
    type: 'number',
    cure: `whole ${what}, at least ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`}`,
    allows: (value: number) => Number.isInteger(value) && value >= least && value <= most,
  }
}

/**
 * Checks options by their rules. `undefined` stands for the default and is always let through.
 *
 * No message holds a text that was given: it might be a secret in the wrong place.
 *
 * @param unit - What stands before an option's name in messages, such as `session(): `.
 * @throws {TypeError} When an option is unknown or of the wrong kind.
 * @throws {RangeError} When a number is out of range.
 */
export function checkOptions(unit: string, options: object, rules: Record<string, Rule>): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (!rule) throw new TypeError(`${unit}${name} is not an option: remove it`)
    if (value === undefined || (value === null && rule.nullable)) continue
    check(unit + name, value, rule)
  }
}

/** Fills in defaults; an option that is there but `undefined` takes its default, too. */
export function withDefaults<T extends object>(defaults: T, options: Partial<T>): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) }
}

function check(name: string, value: unknown, { type, cure, allows }: Rule): void {
  if (type && (typeof value !== type || value === null)) {
    const kind = value === null ? 'null' : `a ${typeof value}`
    throw new TypeError(`${name} is ${kind}: give ${cure}`)
  }
  if (!allows || allows(value as never)) return
  if (type === 'number') throw new RangeError(`${name} is ${value}: give ${cure}`)
  throw new TypeError(`${name} is malformed: give ${cure}`)
}
