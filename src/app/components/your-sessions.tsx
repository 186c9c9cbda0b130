import type { JSX } from 'hono/jsx/jsx-runtime'
import type { UserSession } from '../../session/index.ts'
import { type Devices, maxNameLength } from '../devices.ts'
import { CsrfField } from './csrf-field.tsx'
import { inWords } from './time.tsx'

interface YourSessionsProps {
  devices: Devices | null
  now: number
  csrfToken: string
}

/** Where else the visitor is logged in, with buttons to end it; or a login that is none. */
export function YourSessions({ devices, now, csrfToken }: YourSessionsProps): JSX.Element {
  return (
    <section class="wide">
      <h2>Your sessions</h2>
      {devices ? (
        <>
          <p>
            You are <strong dir="auto">{devices.user}</strong> in this browser. Whoever gives the
            same name is, too: this is a demonstration.
          </p>
          {devices.sessions ? (
            <ul class="items">
              {devices.sessions.map((session) => (
                <Device session={session} now={now} csrfToken={csrfToken} />
              ))}
            </ul>
          ) : (
            <p>This store cannot list your sessions. It can only end all others at once.</p>
          )}
          <form method="post" action="/session/end-others">
            <CsrfField token={csrfToken} />
            <button type="submit">End all others</button>
          </form>
        </>
      ) : (
        <Login csrfToken={csrfToken} />
      )}
    </section>
  )
}

function Login({ csrfToken }: { csrfToken: string }) {
  return (
    <form class="add" method="post" action="/session/login">
      <CsrfField token={csrfToken} />
      <label for="name">Name</label>
      <div>
        <input
          id="name"
          name="name"
          type="text"
          required
          maxlength={maxNameLength}
          autocomplete="off"
          aria-describedby="name-hint"
        />
        <button type="submit">Log in</button>
      </div>
      <p class="note" id="name-hint">
        A demonstration without a password: any name will do. Log in from a second browser with the
        same name, and end one session from the other.
      </p>
    </form>
  )
}

interface DeviceProps {
  session: UserSession
  now: number
  csrfToken: string
}

function Device({ session: { id, created, seen, current }, now, csrfToken }: DeviceProps) {
  return (
    <li>
      <span>
        {current ? <strong>This browser</strong> : 'Another browser'}, began{' '}
        {inWords(now - created)} ago, seen {inWords(now - seen)} ago
      </span>
      {!current && (
        <form method="post" action="/session/end">
          <CsrfField token={csrfToken} />
          <input type="hidden" name="id" value={id} />
          <button class="quiet" type="submit">
            End<span class="unseen"> the session that began {inWords(now - created)} ago</span>
          </button>
        </form>
      )}
    </li>
  )
}
