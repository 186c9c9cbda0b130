import { maxCookieBytes } from '../cookie.ts'
import type { Codec } from './codec.ts'

/** Tokens that are remembered: with the largest cookies some 2 MB. */
const most = 256

/**
 * Spares a codec the work on tokens that it has read or written lately.
 *
 * That is as safe as the codec. Whether a token is genuine, and what it says, follows from the token and
 * the codec's key and nothing else, so that the answer to the same token is the same. Only genuine
 * tokens are remembered, by all of their characters: who cannot have one made finds none here, and
 * pushes none out, which would cost a verification and no more. When a session ends is not the codec's
 * affair, and is checked each time. A secret that is retired takes its codec, and so what it remembers,
 * with it.
 */
export function remembering(codec: Codec): Codec {
  const payloads = new Map<string, string>()

  function remember(token: string, payload: string): void {
    // Longer ones no browser sends back. What is not well-formed, a codec gives back mended.
    if (token.length > maxCookieBytes || !payload.isWellFormed()) return
    payloads.set(token, payload)
    if (payloads.size > most) payloads.delete(payloads.keys().next().value as string)
  }

  return {
    encode: (payload) =>
      codec.encode(payload).then((token) => {
        remember(token, payload)
        return token
      }),
    decode(token) {
      const known = payloads.get(token)
      if (known !== undefined) return Promise.resolve(known)
      return codec.decode(token).then((payload) => {
        if (payload !== null) remember(copyOf(token), payload)
        return payload
      })
    },
  }
}

/** Makes a text of its own: a part of a text keeps the whole, here the `Cookie` header, in memory. */
function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text))
}
