import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { browser } from '../../src/session/testing.ts'
import { type Project, project, root, run } from './consumer.ts'
import { type Server, start } from './servers.ts'

const tutorial = readFileSync(join(root, 'docs/tutorial.md'), 'utf8')

/** The code that the tutorial shows under the comment `<!-- code: test/docs/tutorial/NAME -->`. */
function shown(name: string): string {
  const comment = `<!-- code: test/docs/tutorial/${name} -->\n`
  const [, code] = /^```\w+\n(.*?)^```$/ms.exec(tutorial.split(comment)[1] ?? '') ?? []
  if (code === undefined) throw new Error(`The tutorial shows no ${name}`)
  return code
}

const versions = manifest.devDependencies
const wrangler = [
  ...[process.execPath, join(root, 'node_modules/wrangler/bin/wrangler.js'), 'dev'],
  ...['--show-interactive-dev-session=false', '--port', '{port}', '--ip', '127.0.0.1'],
]

let folder: Project
let server: Server | undefined
beforeAll(async () => {
  folder = await project(inject('tarball'), `hono@${versions.hono}`, `vitest@${versions.vitest}`)
  await folder.write('wrangler.toml', shown('wrangler.toml#app'))
})
afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

/** Saves a step's `src/index.ts`, and runs it as the tutorial says. */
async function visit(code: string) {
  await server?.stop()
  await folder.write('src/index.ts', code)
  server = await start(folder.directory, wrangler, { CLOUDFLARE_CF_FETCH_ENABLED: 'false' })
  const { url } = server
  const visitor = browser({
    request(path, init) {
      const headers = new Headers(init?.headers)
      if (headers.has('Origin')) headers.set('Origin', url)
      return fetch(url + path, { ...init, headers, redirect: 'manual' })
    },
  })
  return { ...visitor, page: async (path: string) => (await visitor.get(path)).text() }
}

// The steps depend on each other, as they do for a reader.
it('step 1 shows two pages', async () => {
  const { page } = await visit(shown('pages.ts'))
  expect(await page('/')).toContain('<h1>Hi Home View</h1>')
  expect(await page('/howdy')).toContain('<h1>Hi Hello View</h1>')
})

it('step 2 counts visits, and continues after a restart', async () => {
  await folder.write('.dev.vars', `SESSION_SECRET=${crypto.randomUUID()}\n`)
  const before = await visit(shown('count.ts'))
  expect(await before.page('/')).toContain('<p>Count: 1</p>')
  expect(await before.page('/howdy')).toContain('<p>Count: 2</p>')
  const after = await visit(shown('count.ts'))
  for (const [name, value] of before.cookies) after.cookies.set(name, value)
  expect(await after.page('/')).toContain('<p>Count: 3</p>')
})

it('step 3 shows a message once', async () => {
  const { submit, page } = await visit(shown('flash.ts'))
  expect(await (await submit('/', {})).text()).toContain('The counter is back to zero.')
  expect(await page('/')).not.toContain('The counter is back to zero.')
})

it('step 4 passes its test', async () => {
  await folder.write('src/index.test.ts', shown('app.test.ts'))
  expect(await run(folder.directory, 'npx', 'vitest', 'run')).toMatchObject({ code: 0 })
})

it('step 5 loses no count, and starts a new session for the cookie of step 3', async () => {
  const before = await visit(shown('flash.ts'))
  await before.page('/')
  expect(await before.page('/')).toContain('<p>Count: 2</p>')
  const settings = shown('wrangler.toml#app') + shown('wrangler.toml#object')
  await folder.write('wrangler.toml', settings)
  const after = await visit(shown('store.ts'))
  for (const [name, value] of before.cookies) after.cookies.set(name, value)
  expect(await after.page('/')).toContain('<p>Count: 1</p>')
  await Promise.all(Array.from({ length: 9 }, () => after.get('/')))
  expect(await after.page('/howdy')).toContain('<p>Count: 11</p>')
})
