import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Inspection, Row } from './inspect.ts'
import { visible } from './token.tsx'

const marks = { same: '', added: '+', removed: '−' }

/** What came in beside what goes out: the difference is what this page did. */
export function Exchange(inspection: Inspection): JSX.Element {
  const { before, after, store } = inspection
  const isCookie = store === 'cookie'
  return (
    <div class="columns">
      <section>
        <h2>{isCookie ? 'What your browser sent' : 'What the store had'}</h2>
        <Rows rows={before} empty={isCookie ? 'Nothing yet.' : 'No record yet.'} />
      </section>
      <section>
        <h2>{isCookie ? 'What it gets back' : 'What the store keeps now'}</h2>
        <Rows rows={after} empty="Nothing." />
        <p class="note">{outcome(inspection)}</p>
      </section>
    </div>
  )
}

function Rows({ rows, empty }: { rows: readonly Row[]; empty: string }) {
  if (rows.length === 0) return <p>{empty}</p>
  return (
    <table>
      <tbody>
        {rows.map(({ kind, label, value, change }) => (
          <tr class={`k-${kind} ${change}`}>
            <th scope="row">
              {change !== 'same' && (
                <b>
                  <span aria-hidden="true">{marks[change]}</span>
                  <span class="unseen">{change}: </span>
                </b>
              )}
              {label}
            </th>
            <td dir="ltr">
              <code>{visible(value)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Why there is, or is no, difference. */
function outcome({ after, isWritten, store, set }: Inspection): string {
  if (!isWritten) return 'Nothing changed, so nothing is written and no cookie is sent.'
  const gone = after.some(({ kind, change }) => kind === 'flash' && change === 'removed')
  const token = after.some(({ kind, change }) => kind === 'csrf' && change === 'added')
  const reasons = [
    gone && 'A flash message is removed as soon as a page shows it.',
    token && 'The forms below need a CSRF token, so one was made.',
    store === 'cookie' && set && `The new cookie has ${set.bytes.toLocaleString('en')} bytes.`,
    store !== 'cookie' && !set && 'The cookie stays: it carries only the id.',
  ]
  return reasons.filter(Boolean).join(' ')
}
