import type { JSX } from 'hono/jsx/jsx-runtime'

/** The hidden field that proves to `csrf()` that the form is ours. */
export function CsrfField({ token }: { token: string }): JSX.Element {
  return <input type="hidden" name="csrf_token" value={token} />
}
