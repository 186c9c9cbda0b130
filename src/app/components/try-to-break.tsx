import type { JSX } from 'hono/jsx/jsx-runtime'
import { visible } from '../../session/inspector/token.tsx'
import { type Attempt, maxAttemptLength, outcomeOf, sample } from '../model/breaking.ts'
import { CsrfField } from './csrf-field.tsx'

interface TryToBreakProps {
  attempt: Attempt | undefined
  csrfToken: string
}

/** A throw-away session to forge, and the result. */
export function TryToBreak({ attempt, csrfToken }: TryToBreakProps): JSX.Element {
  return (
    <section id="break">
      <h2>Try to break it</h2>
      <p>
        This is the data of a throw-away session. Change it: the server puts it into that session’s
        cookie, leaves the signature as it was, and sends the cookie to itself.
      </p>
      {attempt && (
        <p class={attempt.reason ? 'messages error' : 'messages'} role="status">
          {outcomeOf(attempt)}
        </p>
      )}
      <form class="add" method="post" action="/session/break">
        <CsrfField token={csrfToken} />
        <label for="payload">Payload</label>
        <textarea
          id="payload"
          name="payload"
          rows={2}
          maxlength={maxAttemptLength}
          spellcheck={false}
          autocomplete="off"
          dir="ltr"
        >
          {visible(attempt?.typed ?? sample)}
        </textarea>
        <button type="submit">Change it and send</button>
      </form>
    </section>
  )
}
