import type { Context } from 'hono'
import { ForgedRequestError, oneLine } from '../errors.ts'

/** Why a request is refused. */
export interface Refusal {
  readonly reason: ForgedRequestError['reason']
  /** For the log: what is wrong, and the cure if there is one. Never a token. */
  readonly hint: string
  readonly cause?: unknown
}

/** Makes the error of a refusal, and reports it to the hook, or else to the log. */
export function refused(
  c: Context,
  { reason, hint, cause }: Refusal,
  onRefuse: ((error: ForgedRequestError, c: Context) => unknown) | undefined,
): ForgedRequestError {
  const error = new ForgedRequestError(reason, { cause })
  if (!onRefuse) warn(c, `${reason}: ${hint}`)
  // A hook that throws or rejects must not change the response.
  else new Promise((resolve) => resolve(onRefuse(error, c))).catch(() => undefined)
  return error
}

/** Logs a refusal in one line. */
export function warn(c: Context, why: string): void {
  console.warn(`csrf(): refused ${shown(c.req.method)} ${shown(c.req.path)}, ${why}`)
}

/** Client input for a log: one line of bounded length. */
export function shown(text: string): string {
  return oneLine(text.slice(0, 200))
}
