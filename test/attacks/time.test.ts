import { afterEach, describe, expect, it, vi } from 'vitest'
import { csrfToken } from '../../src/session/index.ts'
import { at, start } from '../kit/clock.ts'
import { anonymous, genuine, makeKinds, plant, present } from '../kit/kinds.ts'
import { cookieName } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe.each(makeKinds())('$kind', (kind) => {
  const { options, store } = kind

  it('expires after its timeout, even if its cookie is kept for 400 days', async () => {
    at(0)
    const cookie = { maxAge: 34_560_000 }
    const site = { ...options, timeout: 600, reissueTime: null, cookie }
    const token = await genuine(site)
    at(600)
    expect((await present(site, token)).shown.result).toEqual([false, { user: 'mary' }])
    at(601)
    const { shown, rejected } = await present(site, token)
    expect(rejected).toBe('expired')
    expect(shown).toMatchObject({ status: 200, result: [true, {}] })
    expect(shown.sent).toEqual([expect.stringMatching(`^${cookieName}=; Max-Age=0; `)])
    if (!store) return
    const [tombstone, ttl] = store.calls.at(-1)?.slice(3) ?? []
    expect([JSON.parse(String(tombstone)), ttl]).toEqual([
      { at: start + 601, how: 'ended', token: expect.any(String) },
      60,
    ])
  })

  it('expires after its lifetime, however active it is', async () => {
    at(0)
    const visitor = createVisitor({ ...options, lifetime: 3600 })
    await visitor.visit((session) => session.set('user', 'mary'))
    for (let seconds = 60; seconds <= 3600; seconds += 60) {
      at(seconds)
      const seen = await visitor.visit((session) => {
        if (seconds % 600 === 0) session.regenerate()
        session.set('seconds', seconds)
        return [session.created, session.get('user')]
      })
      expect(seen).toEqual([start, 'mary'])
    }
    at(3601)
    const seen = await visitor.visit((session) => [session.created, session.get('user')])
    expect(seen).toEqual([start + 3601, undefined])
  })

  it('is not honored if a timestamp is impossible, or more than a minute ahead', async () => {
    at(0)
    const endless = { ...options, timeout: null, reissueTime: null, lifetime: null }
    const ahead = [0, 59, 60, 61, 3600].map((seconds) => start + seconds)
    const odd = ['NaN', '1e99', '1e999', '-1', String(2 ** 53), 'null', '"1700000000"', '"1e99"']
    const honored: string[] = []
    for (const stamp of [...ahead.map(String), ...odd, 'true', '[]', '{}', `[${start}]`, '']) {
      for (const stamps of [`${stamp},${start}`, `${start},${stamp}`]) {
        const token = await plant(kind, `[${stamps},{"user":"mary"}]`)
        const { shown, rejected } = await present(endless, token)
        if (rejected === undefined) honored.push(stamp)
        else expect({ shown, rejected }).toEqual({ shown: anonymous, rejected: 'malformed' })
      }
    }
    const allowed = ahead.slice(0, 3).map(String)
    expect(honored).toEqual(allowed.flatMap((stamp) => [stamp, stamp]))
  })

  it('differs for each of 1,000 visitors while the clock stands still', async () => {
    at(0)
    const visitor = createVisitor(options)
    const tokens = new Set<string>()
    for (let i = 0; i < 1000; i++) {
      visitor.cookies.clear()
      await visitor.visit((session) => csrfToken(session))
      tokens.add(visitor.token ?? '')
    }
    expect(tokens.size).toBe(1000)
  })

  it('is written once when 100 requests read it in the second of its re-issue', async () => {
    at(0)
    const visitor = createVisitor(options)
    await visitor.visit((session) => session.set('user', 'mary'))
    store?.calls.splice(0)
    at(121)
    let cookies = 0
    for (let i = 0; i < 100; i++) {
      await visitor.visit((session) => session.get('user'))
      cookies += visitor.sent.length
    }
    const swaps = store?.calls.filter(([name]) => name === 'swap').length
    expect({ cookies, swaps }).toEqual(store ? { cookies: 0, swaps: 1 } : { cookies: 1 })
  })
})
