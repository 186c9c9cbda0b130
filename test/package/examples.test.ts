import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browser } from '../../src/session/testing.ts'
import { root, run } from './consumer.ts'
import { type Server, start } from './servers.ts'

const examples = join(root, 'examples')
const names = readdirSync(examples).filter((name) =>
  existsSync(join(examples, name, 'package.json')),
)

/** What is done with each, started as the documents say. */
const visits: Record<string, (visitor: Browser, server: Server) => Promise<void>> = {
  async 'first-page'(visitor) {
    expect(await text(visitor.get('/'))).toContain('Visit 1')
    expect(await text(visitor.submit('/'))).toMatch(/Hello!.*Visit 3/s)
    expect(await text(visitor.get('/'))).toMatch(/^(?!.*Hello!).*Visit 4/s)
  },

  async login(visitor, server) {
    const name = 'ada'
    const refused = await text(visitor.submit('/', { name, password: 'wrong' }))
    expect(refused).toContain('Wrong name or password.')
    const password = 'lovelace'
    expect(await text(visitor.submit('/', { name, password }))).toContain('Hello, ada!')
    const elsewhere = visitorOf(server)
    const page = await text(elsewhere.submit('/', { name, password, remember: 'on' }))
    expect(page).toContain('on 2 device(s)')
    await elsewhere.get('/')
    expect(await text(elsewhere.submit('/', { everywhere: 'yes' }))).toContain(
      'You are logged out.',
    )
    expect(await text(visitor.get('/login'))).toContain('Log in')
    expect((await visitor.get('/')).headers.get('Location')).toBe('/login')
  },

  async htmx(visitor) {
    expect((await visitor.get('/htmx.js')).headers.get('Content-Type')).toContain('javascript')
    const page = await text(visitor.get('/'))
    const [, token = ''] = /X-CSRF-Token&quot;:&quot;([\w-]+)/.exec(page) ?? []
    expect((await visitor.post('/items', { item: 'Tea' })).status).toBe(403)
    const headers = { 'X-CSRF-Token': token, 'HX-Request': 'true' }
    expect(await text(visitor.post('/items', { item: 'Tea' }, { headers }))).toBe('<li>Tea</li>')
  },

  async rpc(visitor, { url }) {
    const { output } = await run(join(examples, 'rpc'), 'npm', 'run', 'client', '--', url)
    expect(output).toContain("201 { todos: [ 'Buy milk', 'Drink tea' ] }")
    const { csrfToken } = (await (await visitor.get('/todos')).json()) as { csrfToken: string }
    const init = { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } }
    expect((await visitor.request('/todos', init)).status).toBe(403)
    const headers = { ...init.headers, 'X-CSRF-Token': csrfToken }
    expect((await visitor.request('/todos', { ...init, headers })).status).toBe(400)
  },

  async sse(visitor) {
    const [, name = ''] = /(Guest \d+):/.exec(await text(visitor.get('/'))) ?? []
    const hangUp = new AbortController()
    const { body } = await visitor.get('/events', { signal: hangUp.signal })
    const reader = (body as ReadableStream<BufferSource>)
      .pipeThrough(new TextDecoderStream())
      .getReader()
    expect((await reader.read()).value).toBe(`data: Welcome, ${name}!\n\n`)
    await visitor.submit('/', { text: 'Hi' })
    expect((await reader.read()).value).toBe(`data: ${name}: Hi\n\n`)
    hangUp.abort()
  },

  async honox(visitor) {
    expect(await text(visitor.get('/'))).toContain('Visit 1')
    expect(await text(visitor.submit('/'))).toMatch(/Hello!.*Visit 3/s)
    expect((await visitor.post('/')).status).toBe(403)
  },

  postgres: counts,
  'deno-kv': counts,
}

async function counts(visitor: Browser): Promise<void> {
  expect(await text(visitor.get('/'))).toBe('Visit 1')
  await Promise.all(Array.from({ length: 5 }, () => visitor.get('/')))
  expect(await text(visitor.get('/'))).toBe('Visit 7')
}

describe.each(names)('npm run example %s', (name) => {
  let server: Server
  beforeAll(async () => {
    const command = [process.execPath, join(root, 'tools/example.ts'), name]
    server = await start(root, command, { PORT: '{port}' })
  })
  afterAll(() => server?.stop())

  it('starts an app that does what it shows', async () => {
    await visits[name]?.(visitorOf(server), server)
    expect(visits).toHaveProperty(name)
    expect(server.output()).not.toMatch(/\berror\b/i)
  })
})

it('npm run example lists them, and rejects a name that does not exist', async () => {
  const tool = [process.execPath, join(root, 'tools/example.ts')] as const
  const listed = await run(root, ...tool)
  for (const name of names) expect(listed.output).toContain(name)
  expect(listed.code).toBe(0)
  expect(await run(root, ...tool, '../test')).toMatchObject({ code: 1, output: listed.output })
})

it('the first page is the one of the README', () => {
  const [, shown = ''] =
    /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  const lines = readFileSync(join(examples, 'first-page/main.ts'), 'utf8').split('\n')
  expect(lines.toSorted()).toEqual(shown.split('\n').toSorted()) // imports are sorted elsewhere
})

/** A browser at a server over HTTP; the testing kit itself believes to be at http://localhost. */
function visitorOf({ url }: Server): Browser {
  return browser({
    request(path, init) {
      const headers = new Headers(init?.headers)
      if (headers.has('Origin')) headers.set('Origin', url)
      return fetch(url + path, { ...init, headers, redirect: 'manual' })
    },
  })
}

async function text(response: Promise<Response>): Promise<string> {
  return (await response).text()
}
