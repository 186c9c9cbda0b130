import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { ForgedRequestError } from '../../src/session/index.ts'
import { endless, field, mib, multipart, site, urlencoded } from './forms.ts'

describe('csrf(): a form that cannot be read', () => {
  const [whole, type] = multipart([field('a'), 'x'], [field('csrf_token'), 'TOKEN'])
  const bare = 'multipart/form-data; boundary='
  const long = 'x'.repeat(71)
  const as = (value: string) => ({ 'Content-Type': value })
  const forms: [string, string, Record<string, string>][] = [
    ['is empty', '', type],
    ['is of another kind', 'csrf_token=TOKEN', type],
    ['is cut in its end', whole.slice(0, -4), type],
    ['is cut in a token', whole.slice(0, -20), type],
    ['is cut in a header', whole.slice(0, 20), type],
    ['continues after its end', `${whole}x`, type],
    ['continues after its end with another part', `${whole}${whole}`, type],
    ['starts with other text', `x\r\n${whole}`, type],
    ['has lines that end in a line feed', whole.replaceAll('\r', ''), type],
    ['has a boundary behind a line feed alone', whole.replace('x\r\n--xx', 'x\n--xx'), type],
    ['has a part without content', whole.replace('\r\n\r\nx\r\n', '\r\n\r\n'), type],
    ['starts without its boundary', `abcd${whole.slice(4)}`, type],
    ['has another boundary', whole, as('multipart/form-data; boundary=xy')],
    ['has no boundary', whole, as('multipart/form-data')],
    ['has two boundaries', whole, as('multipart/form-data; boundary=xx; boundary=xy')],
    ['has a boundary of 71 characters', whole.replaceAll('xx', long), as(`${bare}${long}`)],
    ['has a boundary of no characters', whole.replaceAll('xx', ''), as(bare)],
  ]

  it.each(forms)(
    "is refused as 'unreadable-form' with its cause: it %s",
    async (_, form, headers) => {
      const { post, token, error } = await site({ onRefuse: () => undefined })
      expect((await post(form.replaceAll('TOKEN', token), headers)).status).toBe(403)
      expect(error()).toMatchObject({ reason: 'unreadable-form', cause: expect.any(TypeError) })
    },
  )

  it.each<[string, (c: Context) => unknown]>([
    ['was read before from c.req.raw', (c) => c.req.raw.arrayBuffer()],
    ['is being read by somebody else', (c) => void c.req.raw.body?.getReader()],
  ])("is refused as 'unreadable-form': it %s", async (_, before) => {
    const { post, token, error } = await site({
      before: (c) => c.req.method === 'POST' && before(c),
    })
    expect((await post(new URLSearchParams({ csrf_token: token }))).status).toBe(403)
    expect(error()).toMatchObject({ reason: 'unreadable-form', cause: expect.any(TypeError) })
  })

  it.each([new Error('the connection broke off'), 'a text', null, undefined])(
    "is refused as 'unreadable-form': it failed with %s",
    async (cause) => {
      const { post, error } = await site()
      const body = new ReadableStream({ pull: (controller) => controller.error(cause) })
      expect((await post(body, { 'Content-Type': urlencoded })).status).toBe(403)
      expect(error()).toBeInstanceOf(ForgedRequestError)
      expect(error()).toMatchObject({ reason: 'unreadable-form' })
      expect((error() as Error).cause).toBe(cause)
    },
  )

  it('is answered by the error that its body failed with, if that has an answer', async () => {
    const { post, error } = await site()
    const cause = new HTTPException(429, { message: 'slow down' })
    const body = new ReadableStream({ pull: (controller) => controller.error(cause) })
    const response = await post(body, { 'Content-Type': urlencoded })
    expect([response.status, await response.text()]).toEqual([429, 'slow down'])
    expect(error()).toBe(cause)
  })

  it.each(['of a known length', 'in chunks'])(
    'is answered by a bodyLimit() before it: %s',
    async (how) => {
      const limit = bodyLimit({ maxSize: 10 })
      const { post } = await site({ before: (c) => limit(c, async () => undefined) })
      const body = how === 'in chunks' ? endless(mib).body : 'x'.repeat(1000)
      const response = await post(body, { 'Content-Type': urlencoded })
      expect([response.status, await response.text()]).toEqual([413, 'Payload Too Large'])
    },
  )

  it('passes on the error with which an older bodyLimit() made the body fail', async () => {
    const { post, error } = await site()
    const cause = Object.assign(new Error('Payload Too Large'), { name: 'BodyLimitError' })
    const body = new ReadableStream({ pull: (controller) => controller.error(cause) })
    await post(body, { 'Content-Type': urlencoded })
    expect(error()).toBe(cause)
  })

  it('is not one with a file for a token that a middleware has read with c.req.formData()', async () => {
    const { post, token, error } = await site({
      before: (c) => c.req.method === 'POST' && c.req.formData(),
    })
    const form = new FormData()
    form.append('csrf_token', new File([token], 'token'))
    expect((await post(form)).status).toBe(403)
    expect(error()).toMatchObject({ reason: 'missing-token' })
  })

  it.each<[string, (c: Context) => Promise<unknown>]>([
    ['text', (c) => c.req.text()],
    ['parseBody', (c) => c.req.parseBody()],
    ['formData', (c) => c.req.formData()],
    ['arrayBuffer', (c) => c.req.arrayBuffer()],
    ['blob', (c) => c.req.blob()],
  ])('is not one that a middleware has read with c.req.%s()', async (name, read) => {
    const { post, token } = await site({ before: (c) => c.req.method === 'POST' && read(c) })
    for (const form of name === 'text' ? [] : [new URLSearchParams(), new FormData()]) {
      form.append('csrf_token', 'wrong')
      expect((await post(form)).status).toBe(403)
      form.append('csrf_token', token)
      expect((await post(form)).status).toBe(200)
    }
  })
})
