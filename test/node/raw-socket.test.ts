import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startServer } from '../kit/node/server.ts'
import { createVisitorOf } from '../kit/site-visitor.ts'

const { url, logs } = await startServer()
const name = '__Host-session'

interface Answer {
  status: number
  head: string
  body: string
  /** What the page counts to: one more than the session that was honored. */
  count: number | undefined
}

/** Sends bytes as they are over a connection of their own, and reads until it ends. */
async function send(bytes: Buffer | string): Promise<Answer> {
  const chunks: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('close', () => resolve())
    socket.on('error', reject)
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer in 20 s')))
    socket.write(bytes)
  })
  const text = Buffer.concat(chunks).toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const [head, body] = [text.slice(0, end), text.slice(end + 4)]
  const count = /<p>Count: (\d+)<\/p>/.exec(body)?.[1]
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    head,
    body,
    count: count === undefined ? undefined : Number(count),
  }
}

/** Makes a request of header lines, in latin-1: each character is the byte of its number. */
function request(lines: string[], start = 'GET / HTTP/1.1', host = 'Host: localhost'): Buffer {
  return Buffer.from([start, host, 'Connection: close', ...lines, '', ''].join('\r\n'), 'latin1')
}

/** A string as its UTF-8 bytes, for a line of `request()`. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1')

/** A valid cookie's value, of a session that has counted to 2. */
async function counted(): Promise<string> {
  const visitor = createVisitorOf(url)
  await visitor.count()
  await visitor.count()
  return visitor.cookies.get(name) ?? ''
}

const token = await counted()

describe('the header lines of a request', () => {
  it.each<[string, string[], number]>([
    ['one line', [`Cookie: ${name}=${token}`], 3],
    ['one line among others', [`X: 1`, `cookie:${name}=${token}`, `Y: 2`], 3],
    ['an empty line of the name', [`Cookie:`], 1],
    // The runtime joins them by a comma, which starts no cookie: a planted one could hold it.
    ['two lines, ours first', [`Cookie: ${name}=${token}`, `Cookie: a=1`], 1],
    ['two lines, ours last', [`Cookie: a=1`, `Cookie: ${name}=${token}`], 1],
    ['two lines, both ours', [`Cookie: ${name}=${token}`, `Cookie: ${name}=${token}`], 1],
    ['one line, behind a comma', [`Cookie: a=1, ${name}=${token}`], 1],
    ['one line, twice', [`Cookie: ${name}=${token}; ${name}=${token}`], 1],
    ['a line feed alone before it', [`X: 1\nCookie: ${name}=${token}`], 3],
  ])('open the right session: %s', async (_, lines, count) => {
    const answer = await send(request(lines))
    expect([answer.status, answer.count]).toEqual([200, count])
  })

  it.each<[string, string[]]>([
    ['a NUL in a cookie', [`Cookie: a=\0; ${name}=${token}`]],
    ['a NUL behind the token', [`Cookie: ${name}=${token}\0`]],
    ['a carriage return in a cookie', [`Cookie: a=1\r; ${name}=${token}`]],
    ['a line feed in a cookie', [`Cookie: a=1\n; ${name}=${token}`]],
    ['a line that continues', [`Cookie: a=1;`, ` ${name}=${token}`]],
    [
      'a token that continues in the next line',
      [`Cookie: ${name}=${token.slice(0, 9)}`, `\t${token}`],
    ],
    ['a space before the colon', [`Cookie : ${name}=${token}`]],
    ['no colon', [`Cookie ${name}=${token}`]],
    ['a name that is not ASCII', [utf8(`Cookíe: ${name}=${token}`)]],
  ])('are refused with 400 before they reach the site: %s', async (_, lines) => {
    const answer = await send(request(lines))
    expect(answer.status).toBe(400)
    expect(answer.head).not.toMatch(/set-cookie/i)
    expect(answer.body).not.toContain('<')
  })

  it.each<[string, string]>([
    ['bytes that are no UTF-8', '\xff\xfe\x80'],
    ['a sequence cut short', '\xc3'],
    ['half a surrogate pair', '\xed\xa0\x80'],
    ['an overlong NUL', '\xc0\x80'],
    ['controls', '\x01\x08\x0b\x0c\x1f\x7f'],
    ['emoji', utf8('🍪')],
    ['quotes and backslashes', '"\\"; b="'],
    ['percent signs', '%00%0d%0a%zz%'],
  ])('may have %s in other cookies', async (_, bytes) => {
    const answer = await send(request([`Cookie: a=${bytes}; ${name}=${token}; b=${bytes}`]))
    expect([answer.status, answer.count]).toEqual([200, 3])
  })

  it.each([
    '\xff',
    '\xc3',
    '\x01',
    '\x7f',
    utf8('é'),
    utf8('\u200b'),
    utf8('\ufeff'),
    '%',
    '"',
    '\\',
  ])('open no session if %j is in the token or beside it', async (bytes) => {
    for (const value of [bytes + token, token + bytes, token.replace('.', `${bytes}.`)]) {
      const answer = await send(request([`Cookie: ${name}=${value}`]))
      expect([answer.status, answer.count]).toEqual([200, 1])
    }
  })

  const spaces = [
    ...'\u0085\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a',
    ...'\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\v\f',
  ]
  it('open no session after any space but SP and HTAB, which a subdomain can plant', async () => {
    for (const space of spaces) {
      for (const bytes of new Set([
        utf8(space),
        space.length === 1 && space < '\u0100' ? space : '',
      ])) {
        if (bytes === '') continue
        for (const start of ['', 'a=1;', 'a=1; ']) {
          const answer = await send(request([`Cookie: ${start}${bytes}${name}=${token}`]))
          expect([JSON.stringify(bytes), answer.count]).toEqual([JSON.stringify(bytes), 1])
        }
      }
    }
    const answer = await send(request([`Cookie: a=1;\t ${name}=${token}`]))
    expect(answer.count).toBe(3)
  })
})

describe('a request that is too large', () => {
  const many = (bytes: number) =>
    Array.from({ length: 20_000 }, (_, i) => `c${i}=v`)
      .join('; ')
      .slice(0, bytes)

  it.each<[string, string]>([
    ['10 000 cookies before it', `${many(120_000)}; ${name}=${token}`],
    ['10 000 cookies behind it', `${name}=${token}; ${many(120_000)}`],
    ['one cookie of 120 KB', `a=${'x'.repeat(120_000)}; ${name}=${token}`],
    ['120 KB of what is nearly its name', `${'__Host-sessio='.repeat(8500)}; ${name}=${token}`],
    ['120 KB of its name', `a${`${name}=`.repeat(8000)}; ${name}=${token}`],
    ['120 KB of semicolons', `${';'.repeat(120_000)}${name}=${token}`],
    ['120 KB of spaces', `${' '.repeat(120_000)};${name}=${token}`],
  ])('still finds the session: %s', async (_, cookie) => {
    const answer = await send(request([`Cookie: ${cookie}`]))
    expect([answer.status, answer.count]).toEqual([200, 3])
  })

  it('opens no session if 7,000 cookies have its name', async () => {
    const cookie = `${`${name}=x; `.repeat(7000)}${name}=${token}`
    const answer = await send(request([`Cookie: ${cookie}`]))
    expect([answer.status, answer.count]).toEqual([200, 1])
  })

  it.each([5_000, 120_000])('refuses a token of %i bytes', async (bytes) => {
    const answer = await send(request([`Cookie: ${name}=${'A'.repeat(bytes)}.${'A'.repeat(43)}`]))
    expect([answer.status, answer.count]).toEqual([200, 1])
  })

  it('is refused with 431 at a megabyte, and the next one is served', async () => {
    const answer = await send(request([`Cookie: a=${'x'.repeat(1_000_000)}`]))
    expect(answer.status).toBe(431)
    expect((await send(request([`Cookie: ${name}=${token}`]))).count).toBe(3)
  })
})

describe('the request line', () => {
  it.each<[string, number]>([
    ['GET //evil.example/ HTTP/1.1', 404],
    ['GET //evil.example/style.css/ HTTP/1.1', 404],
    ['GET //evil.example/%2e%2e HTTP/1.1', 404],
    ['GET ///evil.example/cart HTTP/1.1', 404],
    ['GET /\\evil.example/ HTTP/1.1', 404],
    ['GET /%5cevil.example/ HTTP/1.1', 404],
    ['GET /%2f%2fevil.example/ HTTP/1.1', 404],
    ['GET /.//evil.example/.. HTTP/1.1', 404],
    ['GET /style.css/ HTTP/1.1', 404],
    ['GET /cart/ HTTP/1.1', 404],
    ['GET http://evil.example/nowhere HTTP/1.1', 404],
    ['GET /%0d%0aLocation:%20https://evil.example HTTP/1.1', 404],
    ['GET /%0d%0aSet-Cookie:%20a=1 HTTP/1.1', 404],
    ['GET /%00 HTTP/1.1', 404],
    ['GET /%ff%fe%zz HTTP/1.1', 404],
    ['GET /../../.dev.vars HTTP/1.1', 404],
    ['GET /%2e%2e/%2e%2e/wrangler.toml HTTP/1.1', 404],
    ['GET /..%2f..%2f.dev.vars HTTP/1.1', 404],
    ['GET /src/index.tsx HTTP/1.1', 404],
    ['GET /_headers HTTP/1.1', 404],
    ['post /cart HTTP/1.1', 501],
    ['GET / HTTP/9.9', 400],
    ['hello', 400],
  ])('redirects nowhere and opens nothing: %s', async (start, status) => {
    const answer = await send(request([], start))
    expect(answer.status).toBe(status)
    expect(answer.head).not.toMatch(/^(location|set-cookie|refresh):/im)
    expect(answer.head + answer.body).not.toContain('evil')
    expect(answer.body).not.toMatch(/SESSION_SECRET|compatibility_date|default-src/)
  })

  it.each([
    ['Host: evil.example', []],
    ['Host: localhost', ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: http']],
    ['Host: localhost', ['Forwarded: host=evil.example;proto=http']],
  ])('names no host that a page repeats: %s, %j', async (host, lines) => {
    const answer = await send(request([...lines, `Cookie: ${name}=${token}`], undefined, host))
    expect(answer.status).toBe(200)
    expect(answer.head + answer.body).not.toContain('evil')
    expect(answer.head).toMatch(
      /^Set-Cookie: __Host-session=[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/im,
    )
  })
})

it('neither the site nor the runtime logs any of this', () => {
  const told = logs().join('\n')
  expect(told).not.toMatch(/uncaught|exception|TypeError|Error:/i)
  for (const part of token.split('.')) expect(told).not.toContain(part)
})
