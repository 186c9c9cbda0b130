import { type DeviceKey, encodePart, prove } from './device.ts'

/** Proofs that no honest browser makes, of a challenge that the server has just sent. */
export const forgeries: Record<string, (key: DeviceKey, jti: string, jwk?: object) => unknown> = {
  'without a signature, as alg none': (_, jti, jwk) =>
    `${encodePart({ alg: 'none', typ: 'dbsc+jwt', jwk })}.${encodePart({ jti })}.`,
  'that claims alg none': (key, jti, jwk) => prove(key, jti, { alg: 'none', jwk }),
  'that claims RS256': (key, jti, jwk) => prove(key, jti, { alg: 'RS256', jwk }),
  'that claims ES384': (key, jti, jwk) => prove(key, jti, { alg: 'ES384', jwk }),
  'of another type': (key, jti, jwk) => prove(key, jti, { typ: 'JWT', jwk }),
  'signed with HMAC and the public key': async (key, jti, jwk) => {
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const bytes = new TextEncoder().encode(key.jwk.x)
    const secret = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign'])
    const head = encodePart({ alg: 'HS256', typ: 'dbsc+jwt', jwk })
    const text = `${head}.${encodePart({ jti })}`
    const mac = await crypto.subtle.sign(hmac, secret, new TextEncoder().encode(text))
    return `${text}.${btoa(String.fromCharCode(...new Uint8Array(mac))).replaceAll('=', '')}`
  },
  'with a part more': async (key, jti, jwk) => `${await prove(key, jti, { jwk })}.e30`,
  'with a part less': async (key, jti, jwk) =>
    (await prove(key, jti, { jwk })).replace(/\.[^.]*$/, ''),
  'with a signature in another spelling': async (key, jti, jwk) =>
    `${await prove(key, jti, { jwk })}=`,
  'with unused bits in its signature': async (key, jti, jwk) => {
    const proof = await prove(key, jti, { jwk })
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    return proof.slice(0, -1) + digits[digits.indexOf(proof.at(-1) ?? '') + 1]
  },
  'with one character of its signature changed': async (key, jti, jwk) => {
    const [head, body, signature = ''] = (await prove(key, jti, { jwk })).split('.')
    return [head, body, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1)].join('.')
  },
  'whose challenge was changed after it was signed': async (key, jti, jwk) => {
    const [head, , signature] = (await prove(key, jti, { jwk })).split('.')
    return [head, encodePart({ jti, sub: 'mary' }), signature].join('.')
  },
  'of a challenge that nobody sent': (key, _, jwk) => prove(key, 'e30.e30', { jwk }),
  'of a challenge that is a list': (key, jti, jwk) => prove(key, [jti] as never, { jwk }),
  'whose header is a list': async (key, jti) => {
    const text = `${encodePart([])}.${encodePart({ jti })}`
    return `${text}.${await key.sign(text)}`
  },
  'that is not JSON': () => '!!.!!.!!',
  'of 100,000 characters': async (key, jti, jwk) =>
    prove(key, jti, { jwk, padding: 'x'.repeat(100_000) }),
  'that is empty': () => '',
}

/** What a proof may show in place of its key. */
export const wrongKeys: Record<string, (key: DeviceKey) => object | undefined> = {
  'no key': () => undefined,
  'a key of another curve': ({ jwk }) => ({ ...jwk, crv: 'P-384' }),
  'a key of another kind': ({ jwk }) => ({ ...jwk, kty: 'OKP' }),
  'half a key': ({ jwk: { y: _, ...jwk } }) => jwk,
  'a key in another spelling': ({ jwk }) => ({ ...jwk, x: `${jwk.x}=` }),
  'a point off the curve': ({ jwk }) => ({ ...jwk, y: jwk.x }),
  'a list': ({ jwk }) => [jwk],
}
