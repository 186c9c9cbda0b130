import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Inspection, Row } from '../../session/inspector/inspect.ts'
import { visible } from '../../session/inspector/token.tsx'

/** Rows that fit the note. */
const most = 4

/** The visitor's own session on its way: in the browser, to the server and back. */
export function Trip(inspection: Inspection): JSX.Element {
  const { after, hasStore } = inspection
  const rows = after.filter(({ change, kind }) => change !== 'removed' && isShown(kind))
  return (
    <figure class="trip" aria-label="Your session on its way">
      <div class="place">
        <p class="where">Your browser</p>
        <div class="cookie-note">
          {hasStore ? <p class="k-id">an id, and nothing else</p> : <Lines rows={rows} />}
          <p class="seal">signed</p>
        </div>
      </div>
      <Ways {...inspection} />
      <div class="place">
        <p class="where">The server</p>
        {hasStore ? (
          <>
            <p>looks the id up in its store, and keeps:</p>
            <Lines rows={rows} />
          </>
        ) : (
          <p>checks the signature, adds one, and keeps nothing.</p>
        )}
      </div>
    </figure>
  )
}

/** What goes from the browser to the server, and what comes back. */
function Ways({ sent, set, before, after, hasStore }: Inspection) {
  const counterIn = (rows: readonly Row[]) => (hasStore ? undefined : counterOf(rows))
  return (
    <ol class="ways">
      <li>
        <Arrow />
        {sent ? (
          <Cargo verb="sends" bytes={sent.bytes} counter={counterIn(before)} />
        ) : (
          'sends no cookie yet'
        )}
      </li>
      <li>
        <Arrow isBack />
        {set ? (
          <Cargo verb="gets back" bytes={set.bytes} counter={counterIn(after)} />
        ) : (
          'keeps its cookie'
        )}
      </li>
    </ol>
  )
}

function Cargo(props: { verb: string; bytes: number; counter: string | undefined }) {
  return (
    <>
      {props.verb} {props.bytes} bytes
      {props.counter !== undefined && <b class="k-data-0">counter: {props.counter}</b>}
    </>
  )
}

function Lines({ rows }: { rows: Row[] }) {
  return (
    <ul>
      {rows.slice(0, most).map(({ kind, label, value }) => (
        <li class={`k-${kind}`}>
          <bdi dir="ltr">
            {label}: {shorten(visible(value))}
          </bdi>
        </li>
      ))}
      {rows.length > most && <li>and {rows.length - most} more</li>}
    </ul>
  )
}

function Arrow({ isBack = false }: { isBack?: boolean }) {
  return (
    <svg
      class={isBack ? 'arrow back' : 'arrow'}
      viewBox="0 0 64 16"
      width="64"
      height="16"
      aria-hidden="true"
    >
      <path d="M2 8H60M53 2l7 6-7 6" />
    </svg>
  )
}

function isShown(kind: string): boolean {
  return kind.startsWith('data-') || kind === 'flash'
}

function counterOf(rows: readonly Row[]): string | undefined {
  return rows.findLast(({ label, change }) => label === 'counter' && change !== 'removed')?.value
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text
}
