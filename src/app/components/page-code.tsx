import type { JSX } from 'hono/jsx/jsx-runtime'
import { repository } from '../generated.ts'

/** The lines that make the page, folded away. */
export function PageCode({ path, text }: { path: string; text: string }): JSX.Element {
  return (
    <details class="code">
      <summary>The code of this page</summary>
      <pre dir="ltr">
        <code>{text}</code>
      </pre>
      <p class="note">
        From <a href={`${repository}/blob/main/${path}`}>{path}</a>
      </p>
    </details>
  )
}
