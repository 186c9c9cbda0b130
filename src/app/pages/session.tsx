import type { JSX } from 'hono/jsx/jsx-runtime'
import type { RejectReason } from '../../session/index.ts'
import type { Attempt } from '../breaking.ts'
import type { Shown } from '../components/layout.tsx'
import { Layout } from '../components/layout.tsx'
import { Actions } from '../components/session-actions.tsx'
import { TryToBreak } from '../components/try-to-break.tsx'
import { YourSessions } from '../components/your-sessions.tsx'
import type { Devices } from '../devices.ts'
import type { Refused } from '../forms.ts'
import { pageCode } from '../generated.ts'
import { ByteBar, inBytes } from '../inspector/byte-bar.tsx'
import { Exchange } from '../inspector/exchange.tsx'
import type { Inspection } from '../inspector/inspect.ts'
import { ago, Moment, TimeBar } from '../inspector/time.tsx'
import { Token } from '../inspector/token.tsx'

interface SessionPageProps extends Shown {
  /** Where the visitor is logged in; `null`: nowhere. */
  devices: Devices | null
  refused: Refused | undefined
  attempt: Attempt | undefined
  /** Why the cookie that came in was not honoured. */
  rejected: RejectReason | undefined
  csrfToken: string
}

const description =
  'Your own session, byte by byte: the cookie that your browser sent, what it says, and what it gets back.'

/** The inspector: the story of the session in this request, and buttons that change it. */
export function SessionPage(props: SessionPageProps): JSX.Element {
  const { inspection, devices, csrfToken, visit, refused, attempt } = props
  const cookie = inspection.sent ?? inspection.set
  return (
    <Layout
      title="Session"
      description={description}
      path="/session"
      visit={visit}
      news={refused && [refused.why]}
      code={pageCode.session}
    >
      <h1>Session</h1>
      <p class="story">{story(props)}</p>
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
        <Actions csrfToken={csrfToken} />
        <Exchange {...inspection} />
        {cookie && (
          <details class="panel">
            <summary>The cookie, character by character</summary>
            <Token {...cookie} />
          </details>
        )}
        <div class="columns">
          <Times {...inspection} />
          <Facts {...inspection} />
        </div>
        <YourSessions
          devices={devices}
          now={inspection.now}
          csrfToken={csrfToken}
          refused={refused}
        />
        <TryToBreak attempt={attempt} csrfToken={csrfToken} />
      </div>
    </Layout>
  )
}

/** What happened in this request, in a sentence. */
function story({ inspection, rejected }: SessionPageProps): string {
  const { sent, store, before } = inspection
  if (!sent && rejected) {
    return 'Your browser sent a cookie, but it was not honoured. This page sets a new one.'
  }
  if (!sent) {
    return 'This is your first visit, so there was no cookie to read. This page sets one.'
  }
  const size = inBytes(sent.bytes)
  const read = `read ${before.length === 1 ? '1 key' : `${before.length} keys`}`
  return store === 'cookie'
    ? `Your browser sent this cookie: ${size}. The server checked its signature and ${read}.`
    : `Your browser sent this cookie: ${size}. The server checked its signature, looked the id up in its store and ${read}.`
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
    </section>
  )
}

function Facts({ store, cookieName, created, now }: Inspection) {
  const protects = store === 'cookie' ? 'signed, not encrypted' : 'signed id'
  return (
    <section>
      <h2>Where it lives</h2>
      <dl class="facts">
        <dt>Store</dt>
        <dd>{store}</dd>
        <dt>Protection</dt>
        <dd>{protects} (HMAC-SHA-256)</dd>
        <dt>Cookie</dt>
        <dd>
          <code>{cookieName}</code>
        </dd>
        <dt>Began</dt>
        <dd>
          {ago(now - created)}, <Moment at={created} />
        </dd>
      </dl>
      {store !== 'cookie' && (
        <p class="note">The server keeps the data. Its key is a hash of the id in your cookie.</p>
      )}
    </section>
  )
}
