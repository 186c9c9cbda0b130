import { encodeBase64url } from '../../../src/session/codecs/base64url.ts'
import { type BrowserApp, browser } from '../../../src/session/testing.ts'

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** What `session()` tells the browser about a binding. */
export interface Instructions {
  readonly session_identifier: string
  readonly refresh_url: string
  readonly continue?: false
  readonly scope: object
  readonly credentials: readonly { type: string; name: string; attributes: string }[]
  readonly allowed_refresh_initiators: readonly string[]
}

/** The key pair of a device. */
export interface DeviceKey {
  readonly jwk: {
    readonly kty: string
    readonly crv: string
    readonly x: string
    readonly y: string
  }
  sign(text: string): Promise<string>
}

/** Makes a key as the hardware of a device does. */
export async function makeKey(): Promise<DeviceKey> {
  const pair = await crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify'])
  const { privateKey, publicKey } = pair as CryptoKeyPair
  const { x = '', y = '' } = (await crypto.subtle.exportKey('jwk', publicKey)) as JsonWebKey
  return {
    jwk: { kty: 'EC', crv: 'P-256', x, y },
    async sign(text) {
      const bytes = new TextEncoder().encode(text)
      return encodeBase64url(new Uint8Array(await crypto.subtle.sign(ecdsa, privateKey, bytes)))
    },
  }
}

/** Encodes a part of a JWT. */
export function encodePart(part: unknown): string {
  return encodeBase64url(new TextEncoder().encode(JSON.stringify(part)))
}

/** Makes a proof as Chromium does; `header` changes parts of its header, for attacks. */
export async function prove(
  key: DeviceKey,
  challenge: string,
  header: object = {},
): Promise<string> {
  const head = encodePart({ alg: 'ES256', typ: 'dbsc+jwt', ...header })
  const signed = `${head}.${encodePart({ jti: challenge })}`
  return `${signed}.${await key.sign(signed)}`
}

/** Reads the challenge in a header of a response. */
export function challengeIn(response: Response): string {
  const registration = response.headers.get('Secure-Session-Registration')
  if (registration !== null) return /;challenge="([^"]+)"/.exec(registration)?.[1] ?? ''
  return /^"([^"]+)"/.exec(response.headers.get('Secure-Session-Challenge') ?? '')?.[1] ?? ''
}

/** A binding, as the browser keeps it. */
interface Bond {
  readonly key: DeviceKey
  readonly instructions: Instructions
}

/**
 * A browser with Device Bound Session Credentials, as Chromium was seen to behave: it registers after
 * an invitation, renews a bound cookie that is missing before a request leaves, and tells the
 * server if it could not.
 *
 * Cookies end by `Date`, which tests may stop. `register()` and `refresh()` are called by the browser
 * itself; `isManual` leaves them to the test.
 */
export function deviceBrowser(
  app: BrowserApp,
  { env, isManual = false }: DeviceBrowserOptions = {},
) {
  const jar = browser(app, env)
  const ends = new Map<string, number>()
  const bonds = new Map<string, Bond>()
  /** The responses of the two routes. */
  const answers: string[] = []
  let refreshing: Promise<string[]> | undefined

  function forgetOldCookies(): void {
    for (const [name, end] of ends) if (end <= Date.now()) jar.cookies.delete(name)
  }

  async function send(path: string, init?: RequestInit): Promise<Response> {
    forgetOldCookies()
    const response = await jar.request(path, init)
    for (const line of response.headers.getSetCookie()) {
      const name = line.slice(0, line.indexOf('='))
      const maxAge = /; Max-Age=(\d+)/.exec(line)?.[1]
      if (maxAge === undefined) ends.delete(name)
      else ends.set(name, Date.now() + Number(maxAge) * 1000)
    }
    return response
  }

  async function tell(path: string, headers: Record<string, string>): Promise<Response> {
    const response = await send(path, { method: 'POST', headers })
    answers.push(`${path.split('/').at(-1)} ${response.status}`)
    return response
  }

  async function learn(response: Response, key: DeviceKey): Promise<void> {
    const instructions = (await response.json()) as Instructions
    if (instructions.continue === false) bonds.delete(instructions.session_identifier)
    else bonds.set(instructions.session_identifier, { key, instructions })
  }

  const device = {
    cookies: jar.cookies,
    answers,
    bonds,
    /** Sends a request as it is, whatever bound cookie is missing. */
    send,
    /** Registers a key for the invitation in a response. */
    async register(invitation: Response, key?: DeviceKey): Promise<Response> {
      const own = key ?? (await makeKey())
      const { jwk } = own
      const proof = await prove(own, challengeIn(invitation), { jwk })
      const header = invitation.headers.get('Secure-Session-Registration') ?? ''
      const path = /;path="([^"]+)"/.exec(header)?.[1] ?? ''
      const response = await tell(path, { 'Secure-Session-Response': proof })
      if (response.status === 200) await learn(response.clone() as Response, own)
      return response
    },
    /** Renews the bound cookie of a binding. @returns The last response. */
    async refresh({ key, instructions }: Bond): Promise<Response> {
      const { session_identifier, refresh_url } = instructions
      const id = { 'Sec-Secure-Session-Id': session_identifier }
      let response = await tell(refresh_url, id)
      if (response.status === 403) {
        const proof = await prove(key, challengeIn(response))
        response = await tell(refresh_url, { ...id, 'Secure-Session-Response': proof })
      }
      if (response.status === 200) await learn(response.clone() as Response, key)
      else if (response.status < 500) bonds.delete(session_identifier)
      return response
    },
    /** Sends a request when its bound cookies are there. */
    async request(path: string, init: RequestInit = {}): Promise<Response> {
      forgetOldCookies()
      const headers = new Headers(init.headers)
      if (!isManual) {
        refreshing ??= renewMissing()
        const skipped = await refreshing
        refreshing = undefined
        for (const each of skipped) headers.append('Secure-Session-Skipped', each)
      }
      const response = await send(path, { ...init, headers })
      if (!isManual && response.headers.has('Secure-Session-Registration')) {
        await device.register(response)
      }
      return response
    },
    get: (path: string, init?: RequestInit) => device.request(path, init),
    post: (path: string, form: Record<string, string> = {}, init: RequestInit = {}) =>
      device.request(path, { method: 'POST', body: new URLSearchParams(form), ...init }),
  }

  /** @returns What the browser reports about those that it could not renew. */
  async function renewMissing(): Promise<string[]> {
    const skipped: string[] = []
    for (const [id, bond] of [...bonds]) {
      const isMissing = bond.instructions.credentials.some(({ name }) => !jar.cookies.has(name))
      if (!isMissing) continue
      const { status } = await device.refresh(bond)
      if (status >= 500) skipped.push(`server_error;session_identifier="${id}"`)
    }
    return skipped
  }

  return device
}

interface DeviceBrowserOptions {
  readonly env?: object
  readonly isManual?: boolean
}

/** What `deviceBrowser()` makes. */
export type DeviceBrowser = ReturnType<typeof deviceBrowser>
