import type { Path } from '../scenarios.ts'

/** One way to keep a session, or none. */
export interface Variant {
  /** In tables. */
  readonly name: string
  /** Its module here, without the extension. */
  readonly file: string
  /** What its cookie is held against: the least that the same job could cost. */
  readonly limit?: string
  /** How many visitors take turns: so many that nobody remembers their tokens. @default 1 */
  readonly visitors?: number
  /** It is a mere yardstick: it keeps nothing, and answers these only. */
  readonly only?: readonly Path[]
  /** The package whose version is told. */
  readonly package?: string
}

const knownTokens: readonly Variant[] = [
  { name: 'bare Hono', file: 'bare', only: ['/untouched'] },
  { name: 'bare + middleware', file: 'bare-middleware', only: ['/untouched'] },
  { name: 'limit0', file: 'limit0', only: ['/untouched', '/read', '/count', '/flash', '/pop'] },
  { name: 'limit', file: 'limit' },
  { name: 'limit, as safe', file: 'limit-safe', limit: 'limit' },
  { name: 'ours', file: 'ours', limit: 'limit' },
  { name: 'hono/cookie, signed', file: 'hono-cookie', limit: 'limit', package: 'hono' },
  { name: 'jose, JWS', file: 'jose', limit: 'limit', package: 'jose' },
  { name: 'remix', file: 'remix', limit: 'limit', package: '@remix-run/session' },
  { name: 'limit, sealed', file: 'limit-sealed' },
  { name: 'ours, sealed', file: 'ours-sealed', limit: 'limit, sealed' },
  { name: '@hono/session', file: 'hono-session', limit: 'limit, sealed', package: '@hono/session' },
  { name: 'iron-session', file: 'iron-session', limit: 'limit, sealed', package: 'iron-session' },
  {
    name: 'hono-sessions',
    file: 'hono-sessions',
    limit: 'limit, sealed',
    package: 'hono-sessions',
  },
]

/** The same variants, and those that keep sessions once more at first sight. */
export const variants: readonly Variant[] = knownTokens.flatMap((variant) =>
  variant.only ? [variant] : [variant, atFirstSight(variant)],
)

function atFirstSight({ name, limit, ...variant }: Variant): Variant {
  const file = variant.file === 'ours' ? 'ours-unseen' : variant.file // who remembers forgets apart
  const own = { ...variant, file, name: firstSight(name), visitors: 300 }
  return limit === undefined ? own : { ...own, limit: firstSight(limit) }
}

/** The name of a variant where tokens are seen for the first time. */
export function firstSight(name: string): string {
  return `${name}, first sight`
}
