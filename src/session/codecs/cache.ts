import { maxCookieBytes } from '../cookie/cookie.ts'
import type { Codec } from './codec.ts'

/** Tokens that are cached: with the largest cookies some 2 MB. */
const maxTokens = 256

/**
 * Caches the tokens that a codec has recently read or written.
 *
 * This is as safe as the codec. Whether a token is genuine, and what it says, depends on the token and
 * the codec's key and nothing else. Only genuine tokens are cached, by all of their characters: a
 * client that cannot get one finds none here and evicts none, which would cost a verification and no
 * more. When a session ends is not the codec's business, and is checked each time. A secret that is
 * retired takes its codec, and so the cache, with it.
 */
export function cached(codec: Codec): Codec {
  const payloads = new Map<string, string>()

  function add(token: string, payload: string): void {
    // No browser sends longer ones back. A codec replaces what is not well-formed.
    if (token.length > maxCookieBytes || !payload.isWellFormed()) return
    payloads.set(token, payload)
    if (payloads.size > maxTokens) payloads.delete(payloads.keys().next().value as string)
  }

  return {
    async encode(payload) {
      const token = await codec.encode(payload)
      add(token, payload)
      return token
    },
    async decode(token) {
      const known = payloads.get(token)
      if (known !== undefined) return known
      const payload = await codec.decode(token)
      if (payload !== null) add(copyOf(token), payload)
      return payload
    },
  }
}

/** Copies a string: a part of a string keeps the whole, here the `Cookie` header, in memory. */
function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text))
}
