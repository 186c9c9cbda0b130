import { Hono } from 'hono'
import { html } from 'hono/html'
import { describe, expect, it } from 'vitest'
import { csrf, csrfToken, session } from '../src/session/index.ts'
import { browser } from '../src/session/testing.ts'
import { secret } from './kit/tokens.ts'

/** A site that shows a page, and answers whatever is sent with what it got. */
function site(page: string, method = 'POST') {
  return new Hono()
    .get('/', (c) => c.html(page))
    .on(method, '/sent', async (c) => {
      const body = method === 'GET' ? undefined : await c.req.raw.formData()
      const entries = body ? [...body] : [...new URL(c.req.url).searchParams]
      return c.json({
        entries: entries.map(([name, value]) => [
          name,
          typeof value === 'string' ? value : (value.name ?? ''), // Bun has none for an empty one
        ]),
        headers: Object.fromEntries(c.req.raw.headers),
      })
    })
}

async function sent(page: string, ...given: [fields?: object, options?: { form?: string }]) {
  const [fields, options] = given
  const response = await browser(site(page)).submit('/', fields as Record<string, string>, options)
  return (await response.json()) as { entries: [string, string][]; headers: Record<string, string> }
}

const form = (inside: string, attributes = '') =>
  `<form method="post" action="/sent" ${attributes}>${inside}</form>`

describe('browser().submit()', () => {
  it('sends a guarded form with its token and its cookies, and follows the redirect', async () => {
    const app = new Hono()
      .use(session<{ item: string }>({ secret }))
      .use(csrf())
      .get('/cart', async (c) => {
        const session = await c.var.session()
        const token = csrfToken(session)
        const waiting = session.popFlash()
        return c.html(html`<p>${session.get('item') ?? 'nothing'} ${waiting}</p>
          <form method="post"><input name="item" />
          <input type="hidden" name="csrf_token" value="${token}" /><button>Add</button></form>`)
      })
      .post('/cart', async (c) => {
        const session = await c.var.session()
        session.set('item', String((await c.req.parseBody()).item))
        session.flash('Added')
        return c.redirect('/cart', 303)
      })
    const response = await browser(app).submit('/cart', { item: 'tea & "milk"' })
    expect(await response.text()).toContain('tea &amp; &quot;milk&quot; Added')
  })

  it('sends what a browser sends of each kind of field', async () => {
    const { entries } = await sent(
      form(`<input name=a value=1><input name="b" value='&lt;2&#62;' type=hidden>
        <textarea name="c">\nthree\nlines</textarea><input type="checkbox" name="d" checked>
        <input type="checkbox" name="e" value="no"><input type="radio" name="f" value="x">
        <input type="radio" name="f" value="y" checked>
        <select name="g"><option>first</option><option value="2" selected>second</option></select>
        <select name="h"><option> one <option>two</select><input name="i" disabled value="i">
        <fieldset disabled><input name="j" value="j"></fieldset><input value="nameless">
        <template><input name="k"></template><!-- <input name="l"> -->
        <button type="button" name="m" value="m">No</button><button name="n" value="n">Yes</button>
        <input type="submit" name="o" value="o"><button type="reset" name="p"></button>`),
    )
    expect(entries).toEqual([
      ['a', '1'],
      ['b', '<2>'],
      ['c', 'three\r\nlines'],
      ['d', 'on'],
      ['f', 'y'],
      ['g', '2'],
      ['h', 'one'],
      ['n', 'n'],
    ])
  })

  it('fills fields in, and presses the button that is named', async () => {
    const page =
      form(`<input name="a"><input name="a"><input type="checkbox" name="b" value="1" checked>
      <input type="checkbox" name="b" value="2"><input type="radio" name="c" value="x">
      <select name="d" multiple><option>1<option>2<option>3</select>
      <button name="do" value="save">Save</button><button name="do" value="drop">Drop</button>`)
    const fields = { a: ['one', 'two'], b: '2', c: 'x', d: ['1', '3'], do: 'drop' }
    expect((await sent(page, fields)).entries).toEqual([
      ['a', 'one'],
      ['a', 'two'],
      ['b', '2'],
      ['c', 'x'],
      ['d', '1'],
      ['d', '3'],
      ['do', 'drop'],
    ])
  })

  it('sends files, and where a button of its own sends the form', async () => {
    const page = `<form action="/nowhere" method="post" enctype="multipart/form-data">
      <input type="file" name="a"><input type="file" name="b"><button formaction="/sent">Send</button></form>`
    const { entries, headers } = await sent(page, { a: new File(['x'], 'x.txt') })
    expect(entries).toEqual([
      ['a', 'x.txt'],
      ['b', ''],
    ])
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  })

  it('sends the headers of a navigation from the page', async () => {
    const { headers } = await sent(form('<input name="a">'))
    expect(headers).toMatchObject({
      origin: 'http://localhost',
      referer: 'http://localhost/',
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-site': 'same-origin',
      'content-type': expect.stringMatching('application/x-www-form-urlencoded'),
    })
  })

  it('puts the fields of a GET form into the address', async () => {
    const page = '<form action="/sent?old=1"><input name="q" value="a b"></form>'
    const response = await browser(site(page, 'GET')).submit('/')
    expect(((await response.json()) as { entries: unknown }).entries).toEqual([['q', 'a b']])
  })

  it.each(['id', 'name', 'action'])('finds a form by its %s', async (attribute) => {
    const page =
      form('<input name="a" value="other">') +
      `<form method="post" ${attribute === 'action' ? '' : 'action="/sent"'} ${attribute}="/sent"><input name="a" value="this"></form>`
    const other = page.replace('action="/sent"', 'action="/other"')
    expect((await sent(other, {}, { form: '/sent' })).entries).toEqual([['a', 'this']])
  })

  it('finds the one form that has all the fields, also fields that name it from outside', async () => {
    const page = `${form('<input name="a">')}${form('<input name="a">', 'id="two"')}<input name="b" form="two">`
    expect((await sent(page, { a: '1', b: '2' })).entries).toEqual([
      ['a', '1'],
      ['b', '2'],
    ])
  })

  const aForm = form(
    '<input name="a"><input type="radio" name="r" value="x"><input name="d" disabled>',
  )
  it.each<[string, string, object, { form?: string }, RegExp]>([
    ['a page without a form', '', {}, {}, /\/ \(200\) has no form .*only: none/],
    [
      'a field that no form has',
      aForm,
      { b: '1' },
      {},
      /no form with the fields b, only: \/sent \(a, r, d\)/,
    ],
    ['a form that is not there', aForm, {}, { form: 'x' }, /no form 'x'/],
    ['two forms that could be meant', aForm + aForm, { a: '1' }, {}, /2 forms with the fields a/],
    ['an unknown field of the form', aForm, { b: '1' }, { form: '/sent' }, /no field 'b'/],
    ['a choice that is not offered', aForm, { r: 'y' }, {}, /'r' cannot be 'y', only: x/],
    ['a number', aForm, { a: 5 }, {}, /'a' is 5: give a string, a File or a list/],
    ['a value that is undefined', aForm, { a: undefined }, {}, /'a' is undefined: give a string/],
    [
      'a form that goes to another origin',
      aForm.replace('/sent', 'https://example.com/sent'),
      {},
      {},
      /form goes to another origin: https:\/\/example\.com/,
    ],
    ['a field that is disabled', aForm, { d: '1' }, {}, /'d' is disabled/],
  ])('refuses %s', async (_, page, fields, options, message) => {
    await expect(sent(page, fields, options)).rejects.toThrow(message)
  })

  it('follows redirects, but not forever and not to another origin', async () => {
    const app = new Hono()
      .get('/', (c) => c.html(form('', 'name="f"').replace('/sent', '/loop')))
      .all('/loop', (c) => c.redirect('/loop', 303))
      .get('/away', (c) => c.html(form('').replace('/sent', '/leave')))
      .post('/leave', (c) => c.redirect('https://example.com/', 303))
    await expect(browser(app).submit('/')).rejects.toThrow(/more than 20 times/)
    await expect(browser(app).submit('/away')).rejects.toThrow(
      /another origin: https:\/\/example\.com/,
    )
  })

  it('keeps the method at a 307, and takes GET after a 303', async () => {
    const app = new Hono()
      .get('/', (c) => c.html(form('<input name="a" value="1">').replace('/sent', '/temporary')))
      .post('/temporary', (c) => c.redirect('/see', 307))
      .post('/see', async (c) => c.redirect(`/got?a=${(await c.req.parseBody()).a}`, 303))
      .get('/got', (c) => c.text(`GET ${c.req.query('a')}`))
    expect(await (await browser(app).submit('/')).text()).toBe('GET 1')
  })
})
