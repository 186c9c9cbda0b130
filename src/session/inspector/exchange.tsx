/** @jsxImportSource hono/jsx */
import type { JSX } from 'hono/jsx/jsx-runtime'
import { inBytes } from './byte-bar.tsx'
import type { Inspection, Row } from './inspect.ts'
import { visible } from './token.tsx'

const marks = { same: '', added: '+', removed: '−' }

/** What was sent beside what is set: the difference is what this page did. */
export function Exchange(inspection: Inspection): JSX.Element {
  const { before, after, hasStore } = inspection
  return (
    <div class="columns">
      <section>
        <h2>{hasStore ? 'What the store had' : 'What your browser sent'}</h2>
        <Rows rows={before} empty={hasStore ? 'No record yet.' : 'Nothing yet.'} />
      </section>
      <section>
        <h2>{hasStore ? 'What the store keeps now' : 'What it gets back'}</h2>
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

/** Why there is a difference, or none. */
function outcome({ after, isWritten, hasStore, set }: Inspection): string {
  if (!isWritten) return 'Nothing changed, so nothing is written and no cookie is sent.'
  const gone = after.some(({ kind, change }) => kind === 'flash' && change === 'removed')
  const token = after.some(({ kind, change }) => kind === 'csrf' && change === 'added')
  const reasons = [
    gone && 'A flash message is removed as soon as a page shows it.',
    token && 'The forms of this page need a CSRF token, so one was made.',
    !hasStore && set && `The new cookie has ${inBytes(set.bytes)}.`,
    hasStore && !set && 'The cookie stays: it carries only the id.',
  ]
  return reasons.filter(Boolean).join(' ')
}
