import { signedCodec } from '../../src/session/codecs/signed.ts'

// A new one for each run: a secret in a repository is no secret.
export const secret = crypto.randomUUID() + crypto.randomUUID()
export const otherSecret = crypto.randomUUID() + crypto.randomUUID()
export const cookieName = '__Host-session'

/** Signs a payload, valid or not, as the server would. */
export function sign(payload: unknown, by = secret, name = cookieName): Promise<string> {
  return signedCodec(by, name).encode(JSON.stringify(payload))
}

/** Reads the payload of a signed token without verifying it. */
export function payloadOf(token: string | undefined): unknown {
  const [payload = ''] = (token ?? '').split('.')
  const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (character) =>
    character.charCodeAt(0),
  )
  return JSON.parse(new TextDecoder().decode(bytes))
}
