import type { Path } from '../scenarios.ts'

/** One way to keep a session, or none. */
export interface Variant {
  /** In tables. */
  readonly name: string
  /** Its module here, without the extension. */
  readonly file: string
  /** What its cookie is held against: the least that the same job could cost. */
  readonly limit?: string
  /** How many visitors take turns. @default 1 */
  readonly visitors?: number
  /** It is a mere yardstick: it keeps nothing, and answers these only. */
  readonly only?: readonly Path[]
  /** The package whose version is told. */
  readonly package?: string
}

export const variants: readonly Variant[] = [
  { name: 'bare Hono', file: 'bare', only: ['/untouched'] },
  { name: 'bare + middleware', file: 'bare-middleware', only: ['/untouched'] },
  { name: 'limit0', file: 'limit0', only: ['/untouched', '/read', '/count', '/flash', '/pop'] },
  { name: 'limit', file: 'limit' },
  { name: 'ours', file: 'ours', limit: 'limit' },
  { name: 'ours, unseen tokens', file: 'ours-unseen', limit: 'limit', visitors: 300 },
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
