import type { JSX } from 'hono/jsx/jsx-runtime'
import { CsrfField } from './csrf-field.tsx'

/** The buttons of the inspector, each with a line on what it does. */
export function Actions({ csrfToken }: { csrfToken: string }): JSX.Element {
  return (
    <section>
      <h2>Try it</h2>
      <div class="actions">
        <Action name="reset" label="Reset the counter" csrfToken={csrfToken}>
          The rest stays.
        </Action>
        <Action name="regenerate" label="New identity" csrfToken={csrfToken}>
          Same data, as after a login.
        </Action>
        <Action name="invalidate" label="Start over" csrfToken={csrfToken} look="danger">
          Forgets everything.
        </Action>
      </div>
    </section>
  )
}

interface ActionProps {
  name: string
  label: string
  csrfToken: string
  look?: string
  children: string
}

function Action({ name, label, csrfToken, look, children }: ActionProps) {
  return (
    <form method="post" action={`/session/${name}`}>
      <CsrfField token={csrfToken} />
      <button class={look} type="submit" aria-describedby={`${name}-does`}>
        {label}
      </button>
      <p class="note" id={`${name}-does`}>
        {children}
      </p>
    </form>
  )
}
