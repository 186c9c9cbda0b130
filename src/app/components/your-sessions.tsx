import type { JSX } from 'hono/jsx/jsx-runtime'
import { ago } from '../../session/inspector/time.tsx'
import type { Refused } from '../forms.ts'
import { type Device, type Devices, maxNameLength } from '../model/devices.ts'
import { CsrfField } from './csrf-field.tsx'
import { Field } from './field.tsx'

interface YourSessionsProps {
  devices: Devices | null
  now: number
  csrfToken: string
  refused: Refused | undefined
}

/** The browsers in which the visitor is logged in, with buttons to sign them out; or a demo login. */
export function YourSessions(props: YourSessionsProps): JSX.Element {
  const { devices, csrfToken, refused } = props
  return (
    <section id="login">
      <h2>Your sessions</h2>
      {devices ? (
        <LoggedIn {...props} devices={devices} />
      ) : (
        <Login csrfToken={csrfToken} refused={refused} />
      )}
    </section>
  )
}

type LoggedInProps = YourSessionsProps & { devices: Devices }

function LoggedIn({ devices: { user, sessions }, now, csrfToken }: LoggedInProps) {
  const hasOthers = sessions === null || sessions.some(({ current }) => !current)
  return (
    <>
      <p>
        You are <strong dir="auto">{user}</strong> in this browser. Anyone who enters this name
        shares the account. It’s only a demo.
      </p>
      {sessions ? (
        <ul class="items">
          {sessions.map((device) => (
            <DeviceRow device={device} now={now} csrfToken={csrfToken} />
          ))}
        </ul>
      ) : (
        <p>This store cannot list your sessions. You can still sign out all others at once.</p>
      )}
      {hasOthers && (
        <form method="post" action="/session/end-others">
          <CsrfField token={csrfToken} />
          <button type="submit">Sign out all others</button>
        </form>
      )}
    </>
  )
}

function Login({ csrfToken, refused }: Pick<YourSessionsProps, 'csrfToken' | 'refused'>) {
  return (
    <form class="add" method="post" action="/session/login">
      <CsrfField token={csrfToken} />
      <Field
        name="name"
        label="Name"
        button="Log in"
        maxLength={maxNameLength}
        hint="A demo without a password: any name will do. Log in from a second browser with the same name, and sign one out from the other."
        refused={refused}
      />
      <label class="check">
        <input type="checkbox" name="remember" value="yes" />
        Stay logged in for 30 days
      </label>
    </form>
  )
}

interface DeviceRowProps {
  device: Device
  now: number
  csrfToken: string
}

function DeviceRow({ device, now, csrfToken }: DeviceRowProps) {
  const { id, created, seen, current, isBound, browser = 'Another browser', at = created } = device
  const signedIn = `signed in ${ago(now - at)}`
  return (
    <li>
      <span>
        <bdi>{browser}</bdi>
        {current && <strong> (this browser)</strong>}
        {isBound && ' · bound to this device'} · {signedIn} · active {ago(now - seen)}
      </span>
      {!current && (
        <form method="post" action="/session/end">
          <CsrfField token={csrfToken} />
          <input type="hidden" name="id" value={id} />
          <button class="quiet" type="submit">
            Sign out
            <span class="unseen">
              {' '}
              {browser}, {signedIn}
            </span>
          </button>
        </form>
      )}
    </li>
  )
}
