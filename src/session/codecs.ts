import type { Codec } from './codecs/codec.ts'
import { remembering } from './codecs/remembering.ts'
import { sealedCodec } from './codecs/sealed.ts'
import { signedCodec } from './codecs/signed.ts'
import type { Format } from './options.ts'
import { checkSecrets } from './secrets.ts'

/**
 * Lists the codecs of a session, newest first: the first encodes, all decode.
 *
 * @param content - What the cookie carries. One is not accepted for the other.
 *
 * @throws {TypeError} When there is none, or a secret or a codec is not fit to be one.
 */
export function configureCodecs(
  format: Format,
  cookieName: string,
  content: 'session' | 'id',
): readonly Codec[] {
  const { secret, encrypt, codec } = format
  const given = codec === undefined ? [] : [codec].flat().map(guard)
  if (codec !== undefined && given.length === 0) {
    throw new TypeError('session(): codec is an empty list: give a Codec')
  }
  if (given.length > 0 && !('secret' in format)) {
    if (encrypt) throw new TypeError('session(): encrypt seals with a secret: give one')
    return given
  }
  const own = encrypt ? sealedCodec : signedCodec
  const ours = checkSecrets(secret).map((each) => remembering(own(each, cookieName, content)))
  return [...ours, ...given]
}

// https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1
const cookieOctets = /^[!#-+\--:<-[\]-~]*$/

/** Sees to it that what somebody's own codec writes can end neither the cookie nor the header. */
function guard(codec: Codec): Codec {
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') {
    throw new TypeError('session(): codec has no encode() and decode(): give a Codec')
  }
  return {
    decode: (token) => codec.decode(token),
    async encode(payload) {
      const token = await codec.encode(payload)
      if (typeof token === 'string' && cookieOctets.test(token)) return token
      throw new TypeError(
        'session: codec.encode() gave what no cookie can hold: encode it as base64url',
      )
    },
  }
}
