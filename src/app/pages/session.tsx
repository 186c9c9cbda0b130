import type { JSX } from 'hono/jsx/jsx-runtime'
import { ByteBar } from '../components/byte-bar.tsx'
import { Messages, titled } from '../components/messages.tsx'
import { Actions } from '../components/session-actions.tsx'
import { Data, Json, Token } from '../components/session-data.tsx'
import { inWords, Moment, TimeBar } from '../components/time.tsx'
import { YourSessions } from '../components/your-sessions.tsx'
import type { Devices } from '../devices.ts'
import { Layout } from '../layout.tsx'

/** What the inspector shows. Times are whole seconds; `created` and `now` since the epoch. */
export interface SessionPageProps {
  store: string
  codec: string
  cookieName: string
  created: number
  now: number
  idle: { left: number; limit: number }
  absolute: { left: number; limit: number }
  bytes: { used: number; limit: 4096; parts: { label: string; bytes: number }[] }
  /** As the browser sent it, `null` where it sent none; the signature comes already shortened. */
  token: { payload: string; decoded: string; signature: string } | null
  /** What the store keeps, `null` where the cookie keeps all. */
  record: string | null
  /** The visitor's data; each value is JSON text. */
  data: { key: string; value: string }[]
  /** Where the visitor is logged in; `null`: nowhere. */
  devices: Devices | null
  messages: string[]
  errors: string[]
  csrfToken: string
}

/** The inspector: the session drawn rather than told, and buttons that change it. */
export function SessionPage(props: SessionPageProps): JSX.Element {
  return (
    <Layout title={titled('Session', props.errors, props.messages)} path="/session">
      <h1>Session</h1>
      <Messages messages={props.messages} errors={props.errors} />
      <div class="panels">
        <section class="wide">
          <h2>Size</h2>
          <p>
            <strong>{props.bytes.used}</strong> of {props.bytes.limit} bytes, the most that a
            browser keeps in one cookie.
          </p>
          <ByteBar {...props.bytes} />
        </section>
        <section>
          <h2>Time</h2>
          <TimeBar label="If you stay away" {...props.idle} now={props.now}>
            Activity puts it off.
          </TimeBar>
          <TimeBar label="However active you are" {...props.absolute} now={props.now}>
            Nothing puts it off.
          </TimeBar>
        </section>
        <Facts {...props} />
        <section class="wide">
          <h2>Token</h2>
          <Token token={props.token} />
        </section>
        {props.record !== null && (
          <section class="wide">
            <h2>Record</h2>
            <p>What the store keeps under a hash of the id.</p>
            <Json text={props.record} />
          </section>
        )}
        <section class="wide">
          <h2>Data</h2>
          <Data data={props.data} />
        </section>
        <YourSessions devices={props.devices} now={props.now} csrfToken={props.csrfToken} />
        <Actions csrfToken={props.csrfToken} />
      </div>
    </Layout>
  )
}

function Facts({ store, codec, cookieName, created, now }: SessionPageProps) {
  return (
    <section>
      <h2>Where it lives</h2>
      <dl class="facts">
        <dt>Store</dt>
        <dd>{store}</dd>
        <dt>Codec</dt>
        <dd>{codec}</dd>
        <dt>Cookie</dt>
        <dd>
          <code>{cookieName}</code>
        </dd>
        <dt>Began</dt>
        <dd>
          {inWords(now - created)} ago, <Moment at={created} />
        </dd>
      </dl>
    </section>
  )
}
