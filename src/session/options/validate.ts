/** What an option must be. */
export interface Rule {
  readonly type?: 'boolean' | 'function' | 'number' | 'object' | 'string'
  /** What to give instead: the end of the message that refuses another value. */
  readonly cure: string
  /** Whether a value of the type is allowed. @default all of them are */
  readonly allows?: (value: never) => boolean
  /** Whether `null` is allowed as well. */
  readonly nullable?: boolean
}

export const flag: Rule = { type: 'boolean', cure: 'a boolean' }

export const callback: Rule = { type: 'function', cure: 'a function' }

/** A string that matches a pattern. */
export function string(pattern: RegExp, cure: string): Rule {
  return { type: 'string', cure, allows: (value: string) => pattern.test(value) }
}

/** A whole number in a range. */
export function whole(what: string, least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  return {
    type: 'number',
    cure: `whole ${what}, at least ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`}`,
    allows: (value: number) => Number.isInteger(value) && value >= least && value <= most,
  }
}

/** The same, or `null`. */
export function orNull(rule: Rule): Rule {
  return { ...rule, cure: `${rule.cure}, or null`, nullable: true }
}

/**
 * Checks options against their rules. `undefined` stands for the default and is always allowed.
 *
 * No message quotes a string: it might be a secret in the wrong place.
 *
 * @param unit - What precedes an option's name in messages, such as `session(): `.
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

/** Fills in defaults, also for options that are present but `undefined`. */
export function withDefaults<T extends object>(defaults: T, options: Partial<T>): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) }
}

function check(name: string, value: unknown, { type, cure, allows }: Rule): void {
  if (type && (typeof value !== type || value === null)) {
    const article = typeof value === 'object' ? 'an' : 'a'
    const kind = value === null ? 'null' : `${article} ${typeof value}`
    throw new TypeError(`${name} is ${kind}: give ${cure}`)
  }
  if (!allows || allows(value as never)) return
  if (type === 'number') throw new RangeError(`${name} is ${value}: give ${cure}`)
  throw new TypeError(`${name} is malformed: give ${cure}`)
}
