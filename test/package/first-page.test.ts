import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { browser } from '../../src/session/testing.ts'
import { type Project, project, root, toolbox } from './consumer.ts'
import { type Server, start } from './servers.ts'

const secret = 'Zk3vR7qXw9TnB2yLh5sGm8cJp4dFa6eU'
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const wrangler = [process.execPath, join(root, 'node_modules/wrangler/bin/wrangler.js'), 'dev']
const local = ['--ip', '127.0.0.1', '--port', '{port}', '--show-interactive-dev-session=false']
const tsx = 'node_modules/tsx/dist/cli.mjs'

/** How the page is started on each runtime. */
const runtimes: Record<string, readonly string[]> = {
  workerd: [...wrangler, 'src/index.tsx', '--compatibility-date', '2026-10-23', ...local],
  'Node 20': [join(toolbox, 'node_modules/node-20/bin/node'), tsx, 'src/node.ts'],
  'Node 24': [process.execPath, tsx, 'src/node.ts'],
  Deno: [bin('deno'), 'serve', '-A', '--host', '127.0.0.1', '--port', '{port}', 'src/index.tsx'],
  Bun: [bin('bun'), 'run', 'src/index.tsx'],
}

const environment = {
  SESSION_SECRET: secret,
  PORT: '{port}',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
}

const nodeServer = `import { serve } from '@hono/node-server'
import app from './index.tsx'

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' })
`

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'Bundler',
    strict: true,
    jsx: 'react-jsx',
    jsxImportSource: 'hono/jsx',
  },
}

let user: Project
beforeAll(async () => {
  const hono = `hono@${manifest.devDependencies.hono}`
  user = await project(inject('tarball'), hono, '@hono/node-server@2.1.9', 'tsx@4.23.15')
  await user.write('src/index.tsx', firstPage())
  await user.write('src/node.ts', nodeServer)
  await user.write('tsconfig.json', tsconfig)
  await user.write('.dev.vars', `SESSION_SECRET="${secret}"\n`)
})
afterAll(() => user?.remove())

describe.each(Object.keys(runtimes))('the first page of the README, on %s', (name) => {
  let server: Server
  beforeAll(async () => {
    server = await start(user.directory, runtimes[name] ?? [], environment)
  })
  afterAll(() => server?.stop())

  it('counts visits, shows a flash message once and takes a form with its token', async () => {
    const visitor = visitorOf(server)
    expect(await visitor.page()).toContain('Visit 1')
    const page = await visitor.page()
    expect(page).toContain('Visit 2')
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(page)?.[1] ?? ''
    expect((await visitor.post('/hello', { csrf_token })).status).toBe(303)
    expect(await visitor.page()).toMatch(/Hello!.*Visit 3/s)
    expect(await visitor.page()).not.toContain('Hello!')
    expect(server.output()).not.toMatch(/error/i)
  })

  it('refuses a form without its token, and a forged cookie begins a new session', async () => {
    const visitor = visitorOf(server)
    expect((await visitor.post('/hello')).status).toBe(403)
    await visitor.page()
    for (const name of visitor.cookies.keys()) visitor.cookies.set(name, 'forged')
    expect(await visitor.page()).toContain('Visit 1')
  })
})

/** The first page, with its import as an installed package has it. */
function firstPage(): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  return /^```tsx\n(.*?)^```$/ms.exec(readme)?.[1] ?? ''
}

function visitorOf({ url }: Server) {
  const request = (path: string, init?: RequestInit) =>
    fetch(url + path, { redirect: 'manual', ...init })
  const jar = browser({ request })
  const page = async () => (await jar.get('/')).text()
  return { ...jar, page }
}
