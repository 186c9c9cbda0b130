import type { JSX } from 'hono/jsx/jsx-runtime'

interface TokenProps {
  token: { payload: string; decoded: string; signature: string } | null
}

/** The token taken apart: what the browser sent, and what it says. */
export function Token({ token }: TokenProps): JSX.Element {
  if (!token) return <p>No cookie has come in yet; this response sets one. Reload to see it.</p>

  return (
    <dl class="token">
      <div class="payload">
        <dt>Payload</dt>
        <dd>
          <code>{token.payload}</code>
        </dd>
      </div>
      <div class="signature">
        <dt>Signature, shortened</dt>
        <dd>
          <code>{token.signature}</code>
        </dd>
      </div>
      <div class="decoded">
        <dt>Payload, decoded</dt>
        <dd>
          <Json text={token.decoded} />
        </dd>
      </div>
    </dl>
  )
}

/** JSON, laid out to be read. */
export function Json({ text }: { text: string }): JSX.Element {
  return (
    <pre>
      <code>{visible(pretty(text))}</code>
    </pre>
  )
}

/** What the visitor's session holds, as a table: a key and its JSON in each row. */
export function Data({ data }: { data: { key: string; value: string }[] }): JSX.Element {
  if (data.length === 0) return <p>Nothing yet. Visit the counter or put something in the cart.</p>

  return (
    <table>
      <caption>Keys, and their values as JSON</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {data.map(({ key, value }) => (
          <tr>
            <th scope="row">
              <code>{key}</code>
            </th>
            <td>
              <code>{visible(value)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Spells out the characters that would turn the reading direction of what follows them. */
function visible(text: string): string {
  return text.replace(
    /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  )
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text // not every codec carries JSON: what cannot be laid out is shown as it came
  }
}
