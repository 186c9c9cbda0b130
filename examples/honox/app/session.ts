import { type SessionVariables, session } from 'edge-session'
import { env } from 'hono/adapter'

export interface Data {
  visits: number
}

/** What every route finds on its context: a route file knows nothing of the middleware beside it. */
export interface AppEnv {
  Variables: SessionVariables<Data>
}

export const withSession = session<Data>((c) => ({
  secret: env<{ SESSION_SECRET: string }>(c).SESSION_SECRET,
}))
