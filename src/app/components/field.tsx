import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Refused } from '../forms.ts'

interface FieldProps {
  /** Also the id of the field; messages are tied to it. */
  name: string
  label: string
  button: string
  maxLength: number
  hint: string
  /** What was typed before, and why it was not accepted. */
  refused: Refused | undefined
}

/** A line to type into, with its label, its button and what was wrong with the last attempt. */
export function Field({ name, label, button, maxLength, hint, refused }: FieldProps): JSX.Element {
  const described = `${refused ? `${name}-error ` : ''}${name}-hint`
  return (
    <>
      <label for={name}>{label}</label>
      {refused && (
        <p class="messages error" role="alert" id={`${name}-error`}>
          {refused.why}
        </p>
      )}
      <div class="field">
        <input
          id={name}
          name={name}
          type="text"
          value={refused?.value}
          required
          maxlength={maxLength}
          autocomplete="off"
          aria-invalid={refused ? 'true' : undefined}
          aria-describedby={described}
        />
        <button type="submit">{button}</button>
      </div>
      <p class="note" id={`${name}-hint`}>
        {hint}
      </p>
    </>
  )
}
