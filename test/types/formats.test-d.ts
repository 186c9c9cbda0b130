import { describe, expectTypeOf, it } from 'vitest'
import { pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { type Codec, type SessionOptions, session } from '../../src/session/index.ts'
import { readSession, type SessionContent, sealSession } from '../../src/session/testing.ts'

interface Data {
  counter: number
}

declare const secret: string
declare const codec: Codec
declare const codecs: readonly Codec[]
declare const response: Response

describe('the format of a session', () => {
  it('takes a secret, a codec or both', () => {
    session({ secret })
    session({ secret: [secret, secret] })
    session({ secret, encrypt: true })
    session({ codec })
    session({ codec: codecs })
    session({ secret, codec })
    session({ secret, encrypt: true, codec: codecs })
    session({ codec: [pyramidCodec({ secret }), codec] })
    session(() => ({ codec }))
    const options: SessionOptions<Data> = { codec, timeout: 60 }
    session(options)
  })

  it('requires one of them', () => {
    // @ts-expect-error there is no secret and no codec
    session({})
    // @ts-expect-error there is no secret and no codec
    session({ timeout: 60 })
    // @ts-expect-error there is no secret and no codec
    const _: SessionOptions = { timeout: 60 }
    // @ts-expect-error there is no codec
    session({ codec: undefined })
  })

  it('takes a secret of the environment, which is checked at run time', () => {
    const env: { SECRET?: string } = {}
    session({ secret: env.SECRET, codec })
    session({ secret: env.SECRET })
    session({ secret: [env.SECRET, env.SECRET] })
    session({ secret: [() => env.SECRET, async () => env.SECRET] })
    // @ts-expect-error a secret is a string
    session({ secret: 1 })
  })

  it('requires a secret for encrypt', () => {
    // @ts-expect-error there is no secret to seal with
    session({ encrypt: true })
    // @ts-expect-error there is no secret to seal with
    session({ encrypt: true, codec })
    // @ts-expect-error true, not a name of a cipher
    session({ secret, encrypt: 'AES-256-GCM' })
  })

  it('refuses anything else', () => {
    // @ts-expect-error a codec has two functions
    session({ codec: { encode: async (payload: string) => payload } })
    // @ts-expect-error it is an object, not a name
    session({ codec: 'pyramid' })
    // @ts-expect-error a list of codecs, not of secrets
    session({ codec: [secret] })
  })
})

describe('Codec', () => {
  it('is implemented by an object literal', () => {
    const plain: Codec = {
      encode: async (payload) => {
        expectTypeOf(payload).toEqualTypeOf<string>()
        return encodeURIComponent(payload)
      },
      decode: async (token) => (token === '' ? null : decodeURIComponent(token)),
    }
    session({ codec: plain })
    session({
      codec: {
        async encode(payload) {
          return payload
        },
        async decode(token) {
          expectTypeOf(token).toEqualTypeOf<string>()
          return null
        },
      },
    })
  })

  it('returns promises of strings', () => {
    // @ts-expect-error a promise of a string, not a string
    const _: Codec = { encode: (payload) => payload, decode: async () => null }
    // @ts-expect-error null, not undefined, says that it is not ours
    const __: Codec = { encode: async (payload) => payload, decode: async () => undefined }
    // @ts-expect-error the payload is a string, not its value
    const ___: Codec = { encode: async (payload) => payload, decode: async () => ({ counter: 1 }) }
  })
})

describe('the testing kit', () => {
  it("takes the app's data and options", async () => {
    expectTypeOf(sealSession({ counter: 1 }, { secret })).toEqualTypeOf<Promise<string>>()
    await sealSession<Data>({}, { codec, as: 'admin', cookie: { name: 'admin' } })
    const options: SessionOptions<Data, 'admin'> = { secret, as: 'admin' }
    await sealSession({ counter: 1 }, options, {
      flash: { '': ['Saved.'] },
      created: 0,
      renewed: 0,
    })
    // @ts-expect-error a counter is a number
    await sealSession({ counter: '1' }, options)
    // @ts-expect-error there is no secret and no codec
    await sealSession({ counter: 1 }, {})
  })

  it('types what a response commits', () => {
    expectTypeOf(readSession<Data>(response, { secret })).toEqualTypeOf<
      Promise<SessionContent<Data> | null | undefined>
    >()
    expectTypeOf<SessionContent<Data>['data']>().toEqualTypeOf<{ counter?: number }>()
  })

  it('types unknown data if no type is given', async () => {
    expectTypeOf(await readSession(response, { secret })).toEqualTypeOf<
      SessionContent | null | undefined
    >()
  })
})
