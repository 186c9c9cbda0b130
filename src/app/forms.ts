import type { Context } from 'hono'

/** Reads a field of the form that was posted, as one line; `''` if it is missing, a file or blank. */
export async function posted(c: Context, field: string): Promise<string> {
  const form: Record<string, unknown> = await c.req.parseBody().catch(() => ({}))
  return oneLine(form[field])
}

function oneLine(text: unknown): string {
  const isBlank = typeof text !== 'string' || !/[^\s\p{Cc}\p{Cf}]/u.test(text)
  return isBlank ? '' : text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}
