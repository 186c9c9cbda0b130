import type { JSX } from 'hono/jsx/jsx-runtime'
import { CsrfField } from '../components/csrf-field.tsx'
import type { Visit } from '../components/layout.tsx'
import { Layout } from '../components/layout.tsx'

interface StaleFormPageProps {
  action: string
  /** What was posted. */
  fields: Readonly<Record<string, unknown>>
  visit: Visit
  csrfToken: string
}

/** What the site's forms ask for, and their hidden fields. */
const labels = { item: 'Item', name: 'Name', payload: 'Payload' }
const carried = ['id', 'remember']

/** Characters of a field that come back. */
const maxShown = 1000

/** A form that was sent with another session's token, filled in as before and ready to be sent again. */
export function StaleFormPage({
  action,
  fields,
  visit,
  csrfToken,
}: StaleFormPageProps): JSX.Element {
  const typed = Object.entries(labels).filter(([name]) => textOf(fields[name]) !== '')
  return (
    <Layout title="Send it again?" description="This form was out of date." visit={visit}>
      <p class="status">403</p>
      <h1>Send it again?</h1>
      <p>
        Your session changed in another tab. Nothing was done yet.
        {typed.length > 0 && ' Here is what you typed; send it again?'}
      </p>
      <form class="add" method="post" action={action}>
        <CsrfField token={csrfToken} />
        {carried.map((name) => (
          <input type="hidden" name={name} value={textOf(fields[name])} />
        ))}
        {typed.map(([name, label]) => (
          <>
            <label for={name}>{label}</label>
            <div class="field">
              <input
                id={name}
                name={name}
                type="text"
                value={textOf(fields[name])}
                autocomplete="off"
              />
            </div>
          </>
        ))}
        <button type="submit">Send again</button>
      </form>
    </Layout>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, maxShown) : ''
}
