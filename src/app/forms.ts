import type { Context } from 'hono'

/** The text of a field that was not accepted, and why. */
export type Refused = { value: string; why: string }

/** Characters of the text that are kept, to fill the form again. */
const maxKept = 200

/** Reads a field of the form that was posted, as one line; `''` if it is missing, a file or blank. */
export async function posted(c: Context, field: string): Promise<string> {
  const form: Record<string, unknown> = await c.req.parseBody().catch(() => ({}))
  return oneLine(form[field])
}

/** Keeps what was typed, to fill the form again. */
export function refuse(value: string, why: string): Refused {
  return { value: value.slice(0, maxKept).toWellFormed(), why }
}

function oneLine(text: unknown): string {
  const isBlank = typeof text !== 'string' || !/[^\s\p{Cc}\p{Cf}]/u.test(text)
  return isBlank ? '' : text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}
