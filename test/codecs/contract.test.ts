import { describe, expect, it, vi } from 'vitest'
import { encodeBase64url } from '../../src/session/codecs/base64url.ts'
import { deriveKeyBytes } from '../../src/session/codecs/keys.ts'
import { pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { sealedCodec } from '../../src/session/codecs/sealed.ts'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { type CodecSubject, codecContract } from '../contracts/codec.ts'
import { secret } from '../kit/tokens.ts'
import { ed25519Codec } from '../readme/engine.ts'

const hashes = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const
const pairs = new Map<string, CryptoKeyPair>()

/** One pair of keys for each secret. */
async function ed25519(secret: string) {
  const algorithm = { name: 'Ed25519' }
  const made = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const pair = pairs.get(secret) ?? (made as CryptoKeyPair)
  pairs.set(secret, pair)
  return ed25519Codec(pair.publicKey, pair.privateKey)
}

/** What a string decodes to in Python's base64, which skips other characters and ignores spare bits. */
function base64Essence(text: string): string {
  const digits = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^a-z\d+/]/gi, '')
  return digits.length % 4 === 1 ? text : atob(digits)
}

const subjects: Record<string, CodecSubject> = {
  'signedCodec()': { make: signedCodec },
  'sealedCodec()': { make: sealedCodec },
  ...Object.fromEntries(
    hashes.map((hash) => [
      `pyramidCodec() with ${hash}`,
      {
        make: (secret: string) => pyramidCodec({ secret, hash }),
        bindsName: false,
        essence: base64Essence,
      },
    ]),
  ),
  "ed25519Codec(), the README's custom engine": { make: ed25519, bindsName: false },
}

for (const [name, subject] of Object.entries(subjects)) codecContract(name, subject)

describe.each([
  ['signedCodec()', signedCodec],
  ['sealedCodec()', sealedCodec],
])('%s', (_, make) => {
  it.each([3072, 4096, 4097, 100_000])(
    'returns a string of %i characters unchanged',
    async (length) => {
      const codec = make(secret, 'session')
      for (const payload of ['x'.repeat(length), 'é🍪'.repeat(length / 3)]) {
        expect(await codec.decode(await codec.encode(payload))).toBe(payload)
      }
    },
  )

  it('derives its key once', async () => {
    const derive = vi.spyOn(crypto.subtle, 'deriveBits')
    const codec = make(secret, 'session')
    await codec.decode(await codec.encode('[]'))
    await codec.encode('[]')
    expect(derive).toHaveBeenCalledTimes(1)
    derive.mockRestore()
  })

  it('recovers if deriving its key fails at first', async () => {
    const codec = make(secret, 'session')
    const derive = vi.spyOn(crypto.subtle, 'deriveBits')
    derive.mockRejectedValueOnce(new Error('not now'))
    await expect(codec.encode('[1,1,{}]')).rejects.toThrow('not now')
    expect(await codec.decode(await codec.encode('[1,1,{}]'))).toBe('[1,1,{}]')
    derive.mockRestore()
  })
})

describe('codecs with one secret', () => {
  it.each(Object.keys(subjects))("refuse each other's tokens: %s", async (writer) => {
    const token = await (await subjects[writer]?.make(secret, 'session'))?.encode('[1,1,{}]')
    const readers: string[] = []
    for (const [name, { make }] of Object.entries(subjects)) {
      const payload = await (await make(secret, 'session')).decode(token ?? '')
      if (payload !== null) readers.push(name)
    }
    expect(readers).toEqual([writer])
  })

  it('share no key with another purpose', async () => {
    const bytes = new TextEncoder().encode('[1,1,{}]')
    const accepted: string[] = []
    for (const purpose of ['signed', 'sealed', 'id', 'csrf', '']) {
      const raw = await deriveKeyBytes(secret, purpose, 'session')
      const algorithm = { name: 'HMAC', hash: 'SHA-256' }
      const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign'])
      const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes))
      const token = `${encodeBase64url(bytes)}.${encodeBase64url(mac)}`
      if ((await signedCodec(secret, 'session').decode(token)) !== null) accepted.push(purpose)
    }
    expect(accepted).toEqual(['signed'])
  })
})
