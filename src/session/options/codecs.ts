import { cached } from '../codecs/cache.ts'
import type { Codec } from '../codecs/codec.ts'
import type { Carries } from '../codecs/keys.ts'
import { sealedCodec } from '../codecs/sealed.ts'
import { signedCodec } from '../codecs/signed.ts'
import type { FormatOptions } from './options.ts'
import { checkSecrets } from './secrets.ts'

/**
 * Lists the codecs of a session, newest first: the first encodes, all decode.
 *
 * @param carries - What the cookie carries. One is not accepted for the other.
 * @throws {TypeError} When there is none, or a secret or a codec is invalid.
 */
export function configureCodecs(
  format: FormatOptions,
  cookieName: string,
  carries: Carries,
): readonly Codec[] {
  const { secret, encrypt, codec } = format
  const given = codec === undefined ? [] : [codec].flat().map(checked)
  if (codec !== undefined && given.length === 0) {
    throw new TypeError('session(): codec is an empty list: give a Codec')
  }
  if (given.length > 0 && !('secret' in format)) {
    if (encrypt) throw new TypeError('session(): encrypt seals with a secret: give one')
    return given
  }
  const ownCodec = encrypt ? sealedCodec : signedCodec
  const own = checkSecrets(secret).map((each) => cached(ownCodec(each, cookieName, carries)))
  return [...own, ...given]
}

// https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1
const cookieOctets = /^[!#-+\--:<-[\]-~]*$/

/** Makes sure that the token of a custom codec can end neither the cookie nor the header. */
function checked(codec: Codec): Codec {
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') {
    throw new TypeError('session(): codec has no encode() and decode(): give a Codec')
  }
  return {
    decode: (token) => codec.decode(token),
    async encode(payload) {
      const token = await codec.encode(payload)
      if (typeof token === 'string' && cookieOctets.test(token)) return token
      throw new TypeError(
        'session: codec.encode() returned what no cookie can hold: encode it as base64url',
      )
    },
  }
}
