import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findInMultipart } from '../../src/session/csrf/multipart.ts'
import { findInUrlencoded } from '../../src/session/csrf/urlencoded.ts'

type Bytes = Uint8Array<ArrayBuffer>
type Find = (body: Bytes, type: string, name: string) => string | undefined

const urlencoded = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data; boundary=----boundary'
const bytesOf = (text: string) => new TextEncoder().encode(text) as Bytes

/** The last field that a handler's parser sees, or `'refused'` where it sees no form. */
async function parsed(body: Bytes, type: string, name: string) {
  const response = new Response(body, { headers: { 'Content-Type': type } })
  return await response.formData().then(
    (form) => form.getAll(name).at(-1),
    () => 'refused',
  )
}

/** Tests that a parser sees the same token, or no form. Anything but a token would not pass anyway. */
async function expectParsed(value: string | undefined, body: Bytes, type: string) {
  if (value === undefined || !/^[\w-]+$/.test(value) || value === 'refused') return
  expect([value, 'refused']).toContain(await parsed(body, type, 'csrf_token'))
}

/** What the library finds: `'refused'` where it throws. */
function found(find: Find, body: Bytes, type: string, name: string) {
  try {
    return find(body, type, name)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return 'refused'
  }
}

const names = ['csrf_token', 'a', 'x[y]', 'a b', 'é', '🍪', 'a+b', 'a&b=c', '%41', 'a"b']
const values = ['', 'good', 'bad', 'a&b=c+d%', 'é🍪', '\r\n------boundary', ' x ', '\ufeffx']

const pairs = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values)))
const file = fc
  .tuple(fc.constantFrom(...names), fc.uint8Array({ maxLength: 40 }))
  .map(([name, bytes]) => new File([bytes as Bytes], name))
const entries = fc.array(
  fc.tuple(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...values), file)),
)

/** Bodies that are nearly forms, of the pieces that forms are made of. */
function pieces(...list: string[]) {
  return fc.array(fc.constantFrom(...list), { maxLength: 24 }).map((each) => bytesOf(each.join('')))
}

const nearlyPairs = pieces(
  ...[
    '&',
    '=',
    '+',
    '%',
    '%6',
    '%63',
    '%5F',
    '%5f',
    '%zz',
    '%00',
    ' ',
    '\r\n',
    'é',
    '\0',
    '?',
    ';',
  ],
  ...['csrf', 'csrf_token', 'token', '_', 'good', '&csrf_token=', '&%63srf_token=good'],
)

const line = 'Content-Disposition: form-data; name="csrf_token"'
const nearlyParts = pieces(
  ...[
    '------boundary',
    '--',
    '\r\n',
    '\n',
    '\r',
    ' ',
    '\t',
    ';',
    '"',
    '\\',
    '\0',
    'é',
    'good',
    'bad',
  ],
  ...[line, line.toLowerCase(), line.toUpperCase(), `${line}; filename="x"`, 'name="csrf_token"'],
  ...['filename="csrf_token"', '; name="a"', "; name*=utf-8''csrf_token", '; filename=x', ': '],
  ...[line.replaceAll('"', ''), line.replace('_', '\\_'), line.replace('_', '%5F')],
  ...['Content-Type: text/plain', 'Content-Transfer-Encoding: base64', 'Content-Disposition'],
  ...[`\r\n------boundary\r\n${line}\r\n\r\n`, '\r\n------boundary--\r\n', '------boundary\r\n'],
)

/** Whole forms with one change, which random pieces hardly ever make. */
const nearlyForms = fc
  .tuple(fc.constantFrom('good', ''), nearlyParts, fc.nat(400), fc.nat(3))
  .map(([value, piece, at, remove]) => {
    const part = (content: string) => `------boundary\r\n${line}\r\n\r\n${content}\r\n`
    const form = bytesOf(`${part('first')}${part(value)}------boundary--\r\n`)
    const change = piece.subarray(0, 60)
    const cut = Math.min(at, form.length)
    const rest = form.subarray(Math.min(cut + remove, form.length))
    return Uint8Array.from([...form.subarray(0, cut), ...change, ...rest])
  })

/** Tests that what is found in a form is what the platform's own parser finds in it. */
export function describeFormField(runtime: string): void {
  const inUrlencoded: Find = (body, _, name) => findInUrlencoded(body, name)
  const inMultipart: Find = (body, type, name) => findInMultipart(body, name, type)
  const runs = { numRuns: 3000 }

  describe(`the field of a form, in ${runtime}`, () => {
    it('is found in every urlencoded form that the platform writes', async () => {
      await fc.assert(
        fc.asyncProperty(pairs, async (list) => {
          const body = bytesOf(String(new URLSearchParams(list)))
          for (const name of names) {
            const last = list.findLast(([each]) => each === name)?.[1]
            expect(found(inUrlencoded, body, urlencoded, name)).toBe(last)
          }
        }),
        { numRuns: 300 },
      )
    })

    it('is found in every multipart form that the platform writes', async () => {
      await fc.assert(
        fc.asyncProperty(entries, async (list) => {
          const form = new FormData()
          for (const [name, value] of list) form.append(name, value)
          const response = new Response(form)
          const type = response.headers.get('Content-Type') ?? ''
          const body = new Uint8Array(await response.arrayBuffer())
          for (const name of names) {
            const last = list.findLast(([each]) => each === name)?.[1]
            const value = typeof last === 'string' ? last : undefined
            expect(found(inMultipart, body, type, name)).toBe(value)
          }
        }),
        { numRuns: 300 },
      )
    })

    it('is the one that a parser finds, however a urlencoded form is mangled', async () => {
      await fc.assert(
        fc.asyncProperty(nearlyPairs, async (body) => {
          const value = found(inUrlencoded, body, urlencoded, 'csrf_token')
          await expectParsed(value, body, urlencoded)
        }),
        runs,
      )
    })

    it.each([
      ['of pieces', nearlyParts],
      ['with one thing changed', nearlyForms],
    ])('is the one that a parser finds, or none, in a multipart form %s', async (_, forms) => {
      await fc.assert(
        fc.asyncProperty(forms, async (body) => {
          const value = found(inMultipart, body, multipart, 'csrf_token')
          await expectParsed(value, body, multipart)
        }),
        runs,
      )
    })
  })
}
