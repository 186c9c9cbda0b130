import type { JSX } from 'hono/jsx/jsx-runtime'
import { CsrfField } from './csrf-field.tsx'

/** The buttons of the inspector, each with a line on what it does. */
export function Actions({ csrfToken }: { csrfToken: string }): JSX.Element {
  return (
    <section class="wide">
      <h2>Change it</h2>
      <div class="actions">
        <Action name="reset" label="Reset the counter" csrfToken={csrfToken}>
          Counts from one again; the rest stays.
        </Action>
        <Action name="regenerate" label="Regenerate" csrfToken={csrfToken}>
          Keeps the data under a new identity, as a login should.
        </Action>
        <Action name="invalidate" label="Forget me" csrfToken={csrfToken} look="danger">
          Drops everything. A new, empty session begins.
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
