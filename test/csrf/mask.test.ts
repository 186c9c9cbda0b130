import { describe, expect, it, vi } from 'vitest'
import { isMaskOf, mask } from '../../src/session/csrf/mask.ts'
import { csrfToken, SessionCommittedError } from '../../src/session/index.ts'
import { shop, shopper, visitShop } from '../kit/shop.ts'
import { createVisitor } from '../kit/visitor.ts'

describe('csrfToken()', () => {
  /** A browser, and so many tokens for it from one page. */
  async function manyTokens(count: number) {
    const app = shop().get('/tokens', async (c) => {
      const session = await c.var.session()
      return c.json(Array.from({ length: count }, () => csrfToken(session)))
    })
    const visitor = visitShop(app)
    const tokens: string[] = await (await visitor.get('/tokens')).json()
    return { visitor, tokens }
  }

  it('returns a different token at each call, all of them valid', async () => {
    const { visitor, tokens } = await manyTokens(1000)
    expect(new Set(tokens).size).toBe(1000)
    const statuses = new Set<number>()
    for (const token of tokens) {
      statuses.add((await visitor.post('/buy', { csrf_token: token })).status)
    }
    expect([...statuses]).toEqual([200])
  })

  it('repeats no eight characters that compression could find', async () => {
    const { tokens } = await manyTokens(50)
    const pieces = tokens.flatMap((token) =>
      Array.from({ length: token.length - 7 }, (_, at) => token.slice(at, at + 8)),
    )
    expect(pieces.length).toBeGreaterThan(50 * 40)
    expect(new Set(pieces).size).toBe(pieces.length)
  })

  it('needs no escaping in HTML, a header or a form', async () => {
    const { tokens } = await manyTokens(50)
    for (const token of tokens) expect(token).toMatch(/^[\w-]+$/)
  })

  it('stores one token of at least 128 bits, and writes it once', async () => {
    const { visitor, kept } = await shopper(shop())
    expect(String(kept()).length * 6).toBeGreaterThanOrEqual(128)
    await visitor.get('/token')
    expect(visitor.setCookies).toEqual([])
  })

  it('stores a different token for every session', async () => {
    const secrets = new Set<unknown>()
    const app = shop()
    for (let i = 0; i < 100; i++) {
      const { kept } = await shopper(app)
      secrets.add(kept())
    }
    expect(secrets.size).toBe(100)
  })

  it('is not part of the data', async () => {
    const shown = await createVisitor().visit((session) => {
      csrfToken(session)
      return [session.keys(), session.entries(), session.size, session.has('_csrft_')]
    })
    expect(shown).toEqual([[], [], 0, false])
  })

  it('works in a stream, after the commit, only if the session has a token', async () => {
    const visitor = createVisitor()
    const without = await visitor.visit((session) => session)
    expect(() => csrfToken(without)).toThrow(SessionCommittedError)
    await visitor.visit(csrfToken)
    expect(csrfToken(await visitor.visit((session) => session))).toMatch(/^[\w-]+$/)
  })
})

it('refuses a token of another length without decoding it', () => {
  // Runtimes without the first decode with the second.
  const decode =
    'setFromBase64' in Uint8Array.prototype
      ? vi.spyOn(Uint8Array.prototype as { setFromBase64(text: string): unknown }, 'setFromBase64')
      : vi.spyOn(globalThis, 'atob')
  try {
    for (const text of ['', '-'.repeat(1_000_000), mask('s'.repeat(23))]) {
      expect(isMaskOf(text, 's'.repeat(24))).toBe(false)
    }
    expect(decode).not.toHaveBeenCalled()
    expect(isMaskOf(mask('s'.repeat(24)), 's'.repeat(24))).toBe(true)
    expect(decode).toHaveBeenCalled()
  } finally {
    decode.mockRestore()
  }
})
