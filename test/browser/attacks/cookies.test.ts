import { describe, expect, it } from 'vitest'
import { plant, read, startLab, type Who } from './lab.ts'

const { at, open, cookiesOf } = await startLab()

const neighbors = [
  ['a subdomain', 'shop.test', 'blog.shop.test', 'shop.test'],
  ['a preview', 'app.acct.workers.dev', 'abc123-app.acct.workers.dev', 'acct.workers.dev'],
] as const

/** Kinds of space that `String.prototype.trim()` removes. Browsers keep most of them. */
const spaces = [...'\u00a0\u1680\u2000\u2003\u200b\u2028\u2029\u202f\u205f\u3000\ufeff']

/** Bytes of the name and value of the shop's cookie with a string of so many characters. */
function bytesWith(length: number): number {
  const payload = `[1700000000,1700000000,{"text":"${'x'.repeat(length)}"}]`
  return '__Host-session'.length + Math.ceil((payload.length * 4) / 3) + 1 + 43
}

describe.each(neighbors)('%s of %s in the hands of an attacker', (_, host, evil, domain) => {
  const who = at(host, '/who')

  it('cannot plant a session, unless its cookie has no prefix', async () => {
    const mallory = await cookiesOf('mallory', host)
    const token = mallory.get('__Host-session')
    const page = await open()
    const cookie = [
      ...[...mallory].map(([name, value]) => `${name}=${value}; Domain=${domain}; Path=/; Secure`),
      `__Host-session=${token}; Domain=${domain}; Path=/who; Secure`,
      `__Host-session=${token}; Domain=${domain}; Path=/`,
      `__Host-session=${token}; Path=/; Secure`,
      `__host-session=${token}; Domain=${domain}; Path=/; Secure`,
      `__HOST-SESSION=${token}; Domain=${domain}; Path=/; Secure`,
      `=__Host-session=${token}; Domain=${domain}; Path=/; Secure`,
      `a=b, __Host-session=${token}; Domain=${domain}; Path=/; Secure`,
    ]
    await page.goto(at(evil, '/', { cookie }))
    const fooled = await read<Who>(page, who)
    expect(fooled).toMatchObject({ plain: 'mallory', session: null })
    expect(fooled.cookie).toContain(`a=b, __Host-session=${token}`)

    await page.goto(at(host, '/login/alice'))
    expect(await read<Who>(page, who)).toMatchObject({ session: 'alice' })
  })

  it('cannot disturb a session, unless its cookie has no prefix', async () => {
    const mallory = await cookiesOf('mallory', host)
    const page = await open()
    await page.goto(at(host, '/login/alice'))
    expect(await read<Who>(page, who)).toMatchObject({ plain: 'alice', session: 'alice' })
    const cookie = [...mallory].flatMap(([name, value]) => [
      `${name}=${value}; Domain=${domain}; Path=/; Secure`,
      `${name}=${value}; Domain=${domain}; Path=/who; Secure`,
    ])
    await page.goto(at(evil, '/', { cookie }))
    expect(await read<Who>(page, who)).toMatchObject({ plain: null, session: 'alice' })
  })

  it('cannot spoof the prefix by a Unicode space before it', async () => {
    const token = (await cookiesOf('mallory', host)).get('__Host-session')
    const page = await open()
    await page.goto(at(evil))
    const line = `__Host-session=${token}; Domain=${domain}; Path=/; Secure`
    const lines = spaces.map((space) => space + line)
    await plant(page, lines)
    const fooled = await read<Who>(page, who)
    const pairs = fooled.cookie.split('; ')
    expect(pairs).toContain(`\u00a0__Host-session=${token}`)
    expect(pairs).toContain(`\u2000__Host-session=${token}`)
    // A server that trims names would take each of them for the session.
    expect(pairs.map((pair) => pair.trim())).toContain(`__Host-session=${token}`)
    expect(fooled.session).toBe(null)

    await page.goto(at(host, '/login/alice'))
    expect(await read<Who>(page, who)).toMatchObject({ session: 'alice' })
  })
})

describe('a script that floods the cookie jar of a shop', () => {
  it('logs the visitor out and plants its own session, but can neither change nor forge one', async () => {
    const host = 'shop.test'
    const token = (await cookiesOf('mallory', host)).get('__Host-session') ?? ''
    const page = await open()
    await page.goto(at(host, '/login/alice'))
    const flood = Array.from({ length: 400 }, (_, i) => `flood-${i}=1; Path=/; Secure`)
    await plant(page, flood)
    const kept = async () => (await page.context().cookies()).map(({ name }) => name)
    await expect.poll(kept).not.toContain('__Host-session')
    expect(await read<Who>(page, at(host, '/who'))).toMatchObject({ session: null })

    await plant(page, [`__Host-session=${token}; Path=/; Secure`])
    expect(await read<Who>(page, at(host, '/who'))).toMatchObject({ session: 'mallory' })
    const [payload = '', mac] = token.split('.')
    const forged = btoa(atob(payload).replace('mallory', 'alice')).replaceAll('=', '')
    await plant(page, [`__Host-session=${forged}.${mac}; Path=/; Secure`])
    expect(await read<Who>(page, at(host, '/who'))).toMatchObject({ session: null })
  })
})

describe('the cookie jar', () => {
  it('keeps a session of 4,096 bytes, while one byte more is refused by the server', async () => {
    const fits =
      Array.from({ length: 4096 }, (_, i) => i).findLast((i) => bytesWith(i) <= 4096) ?? 0
    const page = await open()
    const sizes = async () =>
      (await page.context().cookies()).map(({ name, value }) => name.length + value.length)

    await page.goto(at('evil.test', '/', { cookie: `most=${'x'.repeat(4092)}` }))
    await page.goto(at('evil.test', '/', { cookie: `more=${'x'.repeat(4093)}` }))
    expect(await sizes()).toEqual([4096])

    await page.context().clearCookies()
    await page.goto(at('shop.test', `/keep/${fits}`))
    expect(await sizes()).toEqual([4096])
    await page.goto(at('shop.test', '/kept'))
    expect(await page.innerText('body')).toBe(`${fits}`)
    const refusal = await page.goto(at('shop.test', `/keep/${fits + 1}`))
    expect([refusal?.status(), await refusal?.text()]).toEqual([500, 'CookieTooLargeError'])
    await page.goto(at('shop.test', '/kept'))
    expect(await page.innerText('body')).toBe(`${fits}`)
  })

  it('keeps the longest maxAge in full', async () => {
    const page = await open()
    await page.goto(at('evil.test', '/', { cookie: 'ever=1; Max-Age=2147483647' }))
    await page.goto(at('shop.test', '/login/alice'))
    const cookies = await page.context().cookies()
    const days = (name: string) => {
      const { expires = 0 } = cookies.find((cookie) => cookie.name === name) ?? {}
      return (expires - Date.now() / 1000) / 86_400
    }
    expect(days('__Host-open')).toBeCloseTo(400, 1)
    expect(days('ever')).toBeCloseTo(400, 1)
  })
})
