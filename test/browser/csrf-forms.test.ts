import { Hono } from 'hono'
import { html } from 'hono/html'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { csrf, csrfToken, session } from '../../src/session/index.ts'
import { serveByNode } from '../node/http.ts'

const multipart = 'multipart/form-data'
const urlencoded = 'application/x-www-form-urlencoded'

/** Names that browsers escape, each in its way, or look like the token's. */
const odd = [
  'é',
  '🍪',
  'a"b',
  'a\nb',
  'a\r\n"b',
  'a\\b',
  'a;b=c',
  'csrf_token[]',
  ' csrf_token',
  '&=+%',
]
const fileNames = ['csrf_token', 'a"; name="csrf_token', 'é;🍪', 'a\\', ' name=']

const app = new Hono()
  .use(session({ secret: crypto.randomUUID() }))
  .get('/', async (c) => {
    const { enctype = '', field = '', charset = '' } = c.req.query()
    return c.html(html`<!doctype html>
      <form method="post" enctype="${enctype}" accept-charset="${charset || 'utf-8'}" action="/${field}">
        <input type="file" name="before" multiple>
        <input type="hidden" name="_charset_">
        ${odd.map(
          (name) => html`<textarea name="${name}">x
y</textarea>`,
        )}
        <input type="hidden" name="${field}" value="${csrfToken(await c.var.session())}">
        <input type="file" name="after" multiple>
        <input type="file" name="none">
        <button name="button" value="pressed">Go</button>
      </form>`)
  })
  .post('/:field', (c, next) => csrf({ field: c.req.param('field') })(c, next))
  .post('/:field', async (c) => c.text(Object.keys(await c.req.parseBody()).length.toString()))

let served: Awaited<ReturnType<typeof serveByNode>>
const browser = await chromium.connect(inject('chromium'))

beforeAll(async () => {
  served = await serveByNode(app)
})
afterAll(async () => {
  await browser.close()
  served.close()
})

describe.each([urlencoded, multipart])('a form that Chromium sends as %s', (enctype) => {
  it.each([
    ['csrf_token', ''],
    ['csrf_token', 'windows-1252'],
    ['csrf_token', 'utf-16'],
    ['x[y]', ''],
    ['é', ''],
    ['a b', ''],
    ['a"c', ''],
    ['100%+&', ''],
  ])('passes csrf() with the token in the field %j, as %j', async (field, charset) => {
    const page = await browser.newPage()
    const query = new URLSearchParams({ enctype, field, charset })
    await page.goto(`http://localhost:${served.port}/?${query}`)
    const content = Buffer.from(
      `\r\n--\r\nContent-Disposition: form-data; name="${field}"\r\n\r\nx`,
    )
    const files = fileNames.map((name) => ({ name, mimeType: 'text/plain', buffer: content }))
    for (const name of ['before', 'after']) await page.setInputFiles(`[name=${name}]`, files)
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.click('button')
    const response = await answered
    expect([response.status(), Number(await response.text()) > odd.length]).toEqual([200, true])
    await page.context().close()
  })
})
