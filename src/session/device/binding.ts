import type { Codec } from '../codecs/codec.ts'
import type { Entries } from '../state/changes.ts'
import { deviceKey } from '../state/reserved-keys.ts'
import { isCoordinate, type PublicKey } from './jwt.ts'

/** The binding of a session: invited, or bound to a key. */
export interface Binding {
  /** Tells this identity of the session from others. */
  readonly nonce: string
  readonly key: PublicKey | null
  /** When it was bound, in seconds since the epoch. */
  readonly since: number
}

/** A key that a token of ours names for an identity. */
export interface Bound {
  readonly nonce: string
  readonly key: PublicKey
}

/** Reads the binding of a session. */
export function bindingIn(data: Entries): Binding | null {
  const value = data.get(deviceKey)
  if (!Array.isArray(value)) return null
  const [nonce, x, y, since]: unknown[] = value
  if (typeof nonce !== 'string') return null
  if (!isCoordinate(x) || !isCoordinate(y) || typeof since !== 'number') {
    return { nonce, key: null, since: 0 }
  }
  return { nonce, key: { x, y }, since }
}

/** Makes what a session keeps of its binding. */
export function formatBinding({ nonce, key }: Bound, since: number): readonly unknown[] {
  return [nonce, key.x, key.y, since]
}

/** Signs what may be used until a moment, and reads it. */
export interface Seal<T> {
  sign(content: T, end: number): Promise<string>
  /** @returns `null` unless we signed the token and its end is to come. */
  read(token: string, clock: number): Promise<T | null>
}

/** Makes the seal of challenges: they carry the identity that they are for. */
export function challengeSeal(codecs: readonly Codec[]): Seal<string> {
  return seal(
    codecs,
    (nonce) => [nonce],
    ([nonce]) => (typeof nonce === 'string' ? nonce : null),
  )
}

/** Makes the seal of bound cookies, or of identifiers. */
export function boundSeal(codecs: readonly Codec[]): Seal<Bound> {
  return seal(
    codecs,
    ({ nonce, key }) => [nonce, key.x, key.y],
    ([nonce, x, y]) =>
      typeof nonce === 'string' && isCoordinate(x) && isCoordinate(y)
        ? { nonce, key: { x, y } }
        : null,
  )
}

function seal<T>(
  codecs: readonly Codec[],
  pack: (content: T) => unknown[],
  unpack: (content: unknown[]) => T | null,
): Seal<T> {
  return {
    sign: async (content, end) =>
      (codecs[0] as Codec).encode(JSON.stringify([end, ...pack(content)])),
    async read(token, clock) {
      for (const codec of codecs) {
        const text = await codec.decode(token)
        if (text === null) continue
        const [end, ...content] = JSON.parse(text)
        return clock < end ? unpack(content) : null
      }
      return null
    },
  }
}

/** Whether two keys are the same. */
export function isSameKey(one: PublicKey, other: PublicKey | null): boolean {
  return one.x === other?.x && one.y === other.y
}
