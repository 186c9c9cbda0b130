import { afterEach, describe, expect, it, vi } from 'vitest'
import { sealedCodec } from '../../src/session/codecs/sealed.ts'
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { cookieName } from '../kit/tokens.ts'
import { createReturningVisitor, createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const SESSION_SECRET = 'the-secret-that-signs-in-this-run'
describe('a session object', () => {
  it.each<[string, (value: object) => unknown]>([
    ['JSON', (value) => JSON.stringify(value)],
    ['a string', (value) => `${value} ${String(value)}`],
    ['its keys', (value) => JSON.stringify(Reflect.ownKeys(value))],
    ['a copy of its members', (value) => JSON.stringify({ ...value })],
    ['a structured clone', (value) => JSON.stringify(structuredClone({ ...value }))],
    ['an error that it is the cause of', (cause) => String(new Error('x', { cause }).stack)],
  ])('reveals no data by %s', async (_, told) => {
    const visitor = await createReturningVisitor()
    const text = await visitor.visit((session) => told(session as unknown as object))
    expect(text).not.toMatch(/hello|_csrft_|nested|\d{5}/)
    const inStore = createVisitor({ store: memoryStore() })
    const [id, shown] = await inStore.visit((session) => {
      session.set('user', 'mary')
      return [session.id, told(session as unknown as object)]
    })
    expect(shown).not.toContain(String(id))
    expect(shown).not.toContain('mary')
  })
})

describe('a key derived from a secret', () => {
  it.each([signedCodec, sealedCodec])('cannot be extracted from %o', async (codec) => {
    const imported = vi.spyOn(crypto.subtle, 'importKey')
    const made = codec(SESSION_SECRET, cookieName)
    await made.decode(await made.encode('text'))
    const keys = await Promise.all(
      imported.mock.results.map(({ value }) => value as Promise<CryptoKey>),
    )
    expect(keys.map(({ extractable }) => extractable)).toEqual([false, false])
    expect(JSON.stringify([made, Object.entries(made), keys])).not.toContain(SESSION_SECRET)
    expect(Object.values(made).map(String).join()).not.toContain(SESSION_SECRET)
  })

  it('is neither in the middleware nor on the context', async () => {
    const shown = await createVisitor({ secret: SESSION_SECRET }).visit((_, c) =>
      JSON.stringify([c, c.var, Object.entries(c.var).map(String), { ...c }]),
    )
    expect(shown).not.toContain(SESSION_SECRET)
  })
})
