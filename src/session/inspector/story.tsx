/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { ByteBar, inBytes } from './byte-bar.tsx'
import { Exchange } from './exchange.tsx'
import type { Inspection } from './inspect.ts'
import { ago, Moment, TimeBar } from './time.tsx'
import { Token } from './token.tsx'

interface SessionStoryProps {
  inspection: Inspection
  /** The name of the store. */
  store: string
  /** What is shown between the size of the cookie and its content. */
  actions?: Child
  /** What is shown at the end. */
  children?: Child
}

/** A session's way through a request, as a story: the cookie sent, its data, the cookie set, the limits. */
export function SessionStory(props: SessionStoryProps): JSX.Element {
  const { inspection, store, actions, children } = props
  const cookie = inspection.sent ?? inspection.set
  return (
    <>
      <p class="story">{beginning(inspection)}</p>
      <div class="panels">
        {cookie && (
          <section>
            <h2 class="unseen">Size</h2>
            <p>
              <strong>{cookie.bytes}</strong> of {inBytes(cookie.limit)}, the most a browser stores
              in one cookie.
            </p>
            <ByteBar {...cookie} />
          </section>
        )}
        {actions}
        <Exchange {...inspection} />
        {cookie && (
          <details class="panel">
            <summary>The cookie, character by character</summary>
            <Token {...cookie} />
          </details>
        )}
        <div class="columns">
          <Times {...inspection} />
          <Facts {...inspection} store={store} />
        </div>
        {children}
      </div>
    </>
  )
}

/** What happened in this request, in a sentence. */
function beginning({ sent, isRejected, isWritten, hasStore, before }: Inspection): string {
  const next = isWritten ? ' This page sets a new one.' : ''
  if (isRejected) return `Your browser sent a cookie, but it was not honored.${next}`
  if (!sent) {
    const sets = isWritten ? ' This page sets one.' : ''
    return `This is your first visit, so there was no cookie to read.${sets}`
  }
  const read = `read ${before.length === 1 ? '1 key' : `${before.length} keys`}`
  const checked = hasStore
    ? `checked its signature, looked the id up in its store and ${read}`
    : `checked its signature and ${read}`
  return `Your browser sent this cookie: ${inBytes(sent.bytes)}. The server ${checked}.`
}

function Times({ idle, absolute, now }: Inspection) {
  return (
    <section>
      <h2>How long it lasts</h2>
      {idle && (
        <TimeBar label="If you’re idle" {...idle} now={now}>
          Any visit resets this.
        </TimeBar>
      )}
      {absolute && (
        <TimeBar label="No matter what" {...absolute} now={now}>
          Nothing extends this.
        </TimeBar>
      )}
      {!idle && !absolute && <p>Forever.</p>}
    </section>
  )
}

const protections = {
  signed: 'signed, not encrypted (HMAC-SHA-256)',
  sealed: 'encrypted (AES-256-GCM)',
  custom: 'a custom codec',
}

type FactsProps = Inspection & { store: string }

const devices = { bound: 'bound to this device', unbound: 'not bound to a device' }

function Facts(props: FactsProps) {
  const { store, hasStore, protection, device, cookieName, created, now } = props
  return (
    <section>
      <h2>Where it lives</h2>
      <dl class="facts">
        <dt>Store</dt>
        <dd>{store}</dd>
        <dt>Protection</dt>
        <dd>{protections[protection]}</dd>
        {device && (
          <>
            <dt>Device</dt>
            <dd>{devices[device]}</dd>
          </>
        )}
        <dt>Cookie</dt>
        <dd>
          <code>{cookieName}</code>
        </dd>
        {hasStore && (
          <>
            <dt>Record</dt>
            <dd>What the server keeps. Its key is a hash of the id in your cookie.</dd>
          </>
        )}
        <dt>Began</dt>
        <dd>
          {ago(now - created)}, <Moment at={created} />
        </dd>
      </dl>
    </section>
  )
}
