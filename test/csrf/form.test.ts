import { describe, expect, it } from 'vitest'
import { field, mib, multipart, site, urlencoded } from './forms.ts'

describe('csrf(): the form field', () => {
  it.each<[string, (token: string) => string]>([
    ['as it is', (token) => `csrf_token=${token}`],
    ['among others', (token) => `a=1&csrf_token=${token}&b=2`],
    ['with its name escaped', (token) => `%63srf%5ftoken=${token}`],
    ['with all escaped', (token) => `csrf_token=${[...token].map(escaped).join('')}`],
    ['behind 100 000 others', (token) => `${'a&'.repeat(100_000)}csrf_token=${token}`],
  ])('is found in a urlencoded form: %s', async (_, form) => {
    const { post, token } = await site()
    expect((await post(form(token), { 'Content-Type': urlencoded })).status).toBe(200)
  })

  it.each<[string, (token: string) => string]>([
    ['a name that only starts so', (token) => `csrf_tokens=${token}`],
    ['a name that only ends so', (token) => `xcsrf_token=${token}`],
    ['a name in capitals', (token) => `CSRF_TOKEN=${token}`],
    ['a name that is cut', (token) => `csrf_toke=n=${token}`],
    ['a value of another', (token) => `a=csrf_token=${token}`],
    ['a name escaped twice', (token) => `%2563srf_token=${token}`],
    ['a name with a broken escape', (token) => `csrf_token%=${token}`],
    ['a space before it', (token) => `+csrf_token=${token}`],
    ['a space behind the token', (token) => `csrf_token=${token}+`],
    ['another separator', (token) => `a=1;csrf_token=${token}`],
    ['a byte order mark', (token) => `\ufeffcsrf_token=${token}`],
    ['a later one that is empty', (token) => `csrf_token=${token}&csrf_token`],
    ['a later one that is spelled differently', (token) => `csrf_token=${token}&csrf%5Ftoken=x`],
    ['a token of a megabyte', () => `csrf_token=${'a'.repeat(mib - 20)}`],
  ])('is not found in a urlencoded form with %s', async (_, form) => {
    const { post, token } = await site()
    expect((await post(form(token), { 'Content-Type': urlencoded })).status).toBe(403)
  })

  it.each<[string, string]>([
    ['with its type', `${field('csrf_token')}\r\nContent-Type: text/plain; charset=utf-8`],
    ['with its length', `${field('csrf_token')}\r\nContent-Length: 64`],
    ['in small letters', field('csrf_token').toLowerCase()],
    ['without spaces', field('csrf_token').replaceAll(' ', '')],
  ])('is found in a multipart form: %s', async (_, headers) => {
    const { post, token } = await site()
    expect((await post(...multipart([headers, token]))).status).toBe(200)
  })

  it.each<[string, string, string?]>([
    ['a file', `${field('csrf_token')}; filename="a.txt"`],
    ['an empty file', `${field('csrf_token')}; filename=""`],
    ['a file whose name is encoded', `${field('csrf_token')}; filename*=utf-8''a`],
    ['a file of this name', `${field('a')}; filename="csrf_token"`],
    ['a name that ends so', field('a.csrf_token')],
    ['a name that starts so', field('csrf_token[]')],
    ['a name in capitals', field('CSRF_TOKEN')],
    ['a name that workerd unescapes', field('csrf\\_token')],
    ['no name', 'Content-Disposition: form-data'],
    ['no disposition', 'Content-Type: text/plain'],
    ['two names', `${field('a')}; name="csrf_token"`],
    ['two dispositions', `${field('csrf_token')}\r\n${field('a')}`],
    ['a second header that continues', `${field('csrf_token')}\r\nA: b\r\n ; filename="a"`],
    ['a header that continues', 'Content-Disposition: form-data;\r\n name="csrf_token"'],
    ['a header that ends in a line feed', `${field('csrf_token')}\nContent-Type: text/plain`],
    ['a space behind the token', field('csrf_token'), 'TOKEN '],
    ['a line end behind the token', field('csrf_token'), 'TOKEN\r\n'],
    [
      'a later part with the name in a line that ends differently',
      field('csrf_token'),
      `TOKEN\n--xx\r\n${field('csrf_token')}\r\n\r\nx`,
    ],
  ])('is not found in a multipart form with %s', async (_, headers, content = 'TOKEN') => {
    const { post, token } = await site()
    const [body, type] = multipart([headers, content.replace('TOKEN', token)])
    expect((await post(body, type)).status).toBe(403)
  })

  it.each([
    ['a=b', 'a=b='],
    ['a&b', 'a&b='],
    ['p', '%7z='],
    ['p', '%z0='],
    ['0', '%3='],
    ['a b', 'a%2 b='],
  ])('called %j is not found in %j', async (name, start) => {
    const { post, token } = await site({ field: name })
    const status = async (form: string) => (await post(form, { 'Content-Type': urlencoded })).status
    expect(await status(start + token)).toBe(403)
    expect(await status(String(new URLSearchParams({ [name]: token })))).toBe(200)
  })

  it('is not a field whose value makes it look like one', async () => {
    const { post, token } = await site({ field: 'a=b' })
    const form = new URLSearchParams([
      ['a=b', token],
      ['a', 'b'],
    ])
    expect((await post(form)).status).toBe(200)
  })

  it('is the last of its name, and a file counts', async () => {
    const { post, token } = await site()
    const good: [string, string] = [field('csrf_token'), token]
    const file: [string, string] = [`${field('csrf_token')}; filename="a"`, token]
    const bad: [string, string] = [field('csrf_token'), 'wrong']
    const statuses: number[] = []
    for (const parts of [
      [bad, good],
      [file, good],
      [good, bad],
      [good, file],
    ]) {
      statuses.push((await post(...multipart(...parts))).status)
    }
    expect(statuses).toEqual([200, 200, 403, 403])
  })

  it('is not a part that a file only quotes', async () => {
    const { post, token } = await site()
    const quoted = `\r\n--x\r\n${field('csrf_token')}\r\n\r\n`
    const file: [string, string] = [`${field('f')}; filename="a"`, quoted + token]
    expect((await post(...multipart(file))).status).toBe(403)
    expect((await post(...multipart([field('csrf_token'), token], file))).status).toBe(200)
  })

  const odd = ['é', '日本', '🍪', 'a"b', 'a b', 'x[y]', "a';b=c", 'a&b=c+d%', '%41']

  it.each(odd)('may be called %j', async (name) => {
    const { post, token } = await site({ field: name })
    for (const form of [new URLSearchParams(), new FormData()]) {
      form.append(name, token)
      expect((await post(form)).status).toBe(200)
    }
  })

  it.each([...odd, 'a\\b', 'a\nb', 'a\r\n"b', '', '\0'])(
    'may stand beside one called %j',
    async (name) => {
      const { post, token } = await site()
      for (const form of [new URLSearchParams(), new FormData()]) {
        form.append('csrf_token', token)
        form.append(name, 'x')
        expect((await post(form)).status).toBe(200)
      }
    },
  )

  it.each<[string, string]>([
    ['quoted', 'multipart/form-data; boundary="xx"'],
    ['without a space', 'multipart/form-data;boundary=xx'],
    ['in capitals', 'Multipart/Form-Data; Boundary=xx'],
    ['behind a charset', 'multipart/form-data; charset=utf-8; boundary=xx'],
    ['before a charset', 'multipart/form-data; boundary=xx; charset=utf-8'],
  ])('is found where the boundary is given %s', async (_, type) => {
    const { post, token } = await site()
    const [body] = multipart([field('csrf_token'), token])
    expect((await post(body, { 'Content-Type': type })).status).toBe(200)
  })
})

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`
}
