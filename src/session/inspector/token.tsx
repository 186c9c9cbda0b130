/** @jsxImportSource hono/jsx */
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Cookie } from './cookie.ts'
import { hidden, type Part, partsOfPayload } from './parts.ts'

/** A cookie's token, each part in its color and with its number from the byte bar. */
export function Token({ parts, json }: Cookie): JSX.Element {
  return (
    <>
      <h3>Its characters</h3>
      <pre class="token" dir="ltr">
        {parts.map((part, i) => (
          <Stretch part={part} number={i + 1} />
        ))}
      </pre>
      {json !== null && (
        <>
          <h3>What they say, decoded</h3>
          <pre class="token" dir="ltr">
            {partsOfPayload(json).map((part, i) => (
              <Stretch part={withoutSecret(part)} number={i + 2} />
            ))}
          </pre>
        </>
      )}
    </>
  )
}

function Stretch({ part: { kind, text }, number }: { part: Part; number: number }) {
  return (
    <span class={`k-${kind}`}>
      <sup>{number}</sup>
      {visible(text)}
    </span>
  )
}

function withoutSecret(part: Part): Part {
  if (part.kind !== 'csrf') return part
  return { ...part, text: part.text.replace(/:".*"/, `:"${hidden}"`) }
}

/** Escapes the characters that would change the reading direction of the following text. */
export function visible(text: string): string {
  return text.replace(
    /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  )
}
