import { cookieHeaderTarget } from './cookie-header.ts'
import { csrfTarget } from './csrf.ts'
import { payloadTargets } from './payload.ts'
import type { Target } from './target.ts'
import { tokenTargets } from './tokens.ts'

/** Makes all targets. The clock must be stopped at `start`. */
export async function targets(): Promise<Target[]> {
  return [
    await cookieHeaderTarget(),
    ...(await tokenTargets()),
    ...payloadTargets(),
    await csrfTarget(),
  ]
}
