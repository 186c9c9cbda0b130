import { sweepD1 } from '../session/stores/d1.ts'
import { storeName } from './stores.ts'

/**
 * Deletes the sessions that have expired, as often as wrangler.toml says. D1 is the one store that
 * does not do so by itself; for others there is nothing to do.
 */
export async function scheduled(_controller: unknown, env: Env): Promise<void> {
  if (storeName(env) === 'd1') await sweepD1(env.SESSIONS_DB)
}
