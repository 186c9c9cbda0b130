import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { browser } from '../../src/session/testing.ts'
import { deno, type Project, project, root, toolbox } from './consumer.ts'
import { type Server, start } from './servers.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const secret = 'Zk3vR7qXw9TnB2yLh5sGm8cJp4dFa6eU'
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const local = ['--port', '{port}', '--host', '127.0.0.1']

interface Start {
  /** As the README has it. */
  readonly shown: string
  /** As it is run here: with a program that is installed already, and where to listen. */
  readonly command: readonly string[]
}

const starts: Record<string, Start> = {
  workerd: {
    shown: 'npx wrangler dev main.ts --compatibility-date 2026-10-23',
    command: [
      ...[process.execPath, join(root, 'node_modules/wrangler/bin/wrangler.js'), 'dev', 'main.ts'],
      ...['--compatibility-date', '2026-10-23', '--show-interactive-dev-session=false'],
      ...['--port', '{port}', '--ip', '127.0.0.1'],
    ],
  },
  'Node 24': {
    shown: 'npx srvx main.ts',
    command: [process.execPath, 'node_modules/srvx/bin/srvx.mjs', 'main.ts', ...local],
  },
  'Node 20': {
    shown: "[Hono's Node server]",
    command: [
      join(toolbox, 'node_modules/node-20/bin/node'),
      ...['--env-file=.env', 'node_modules/tsx/dist/cli.mjs', 'node.ts'],
    ],
  },
  Deno: {
    shown: 'deno serve --env-file --allow-env main.ts',
    command: [deno, 'serve', '--env-file', '--allow-env', ...local, 'main.ts'],
  },
  Bun: { shown: 'bun run main.ts', command: [bin('bun'), 'run', 'main.ts'] },
}

const environment = {
  PORT: '{port}',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
}

const nodeServer = `import { serve } from '@hono/node-server'
import app from './main.ts'

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' })
`

let user: Project
beforeAll(async () => {
  const hono = `hono@${manifest.devDependencies.hono}`
  const servers = ['@hono/node-server@2.1.9', 'srvx@1.0.8', 'tsx@4.23.15']
  user = await project(inject('tarball'), hono, ...servers)
  await user.write('main.ts', /^```ts\n(.*?)^```$/ms.exec(readme)?.[1] ?? '')
  await user.write('node.ts', nodeServer)
  await user.write('.env', `SESSION_SECRET=${secret}\n`)
})
afterAll(() => user?.remove())

describe.each(Object.entries(starts))(
  'the first page of the README, on %s',
  (_, { shown, command }) => {
    let server: Server
    beforeAll(async () => {
      server = await start(user.directory, command, environment)
    })
    afterAll(() => server?.stop())

    it('is started as the README says', () => {
      expect(readme).toContain(shown)
    })

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
  },
)

function visitorOf({ url }: Server) {
  const request = (path: string, init?: RequestInit) =>
    fetch(url + path, { redirect: 'manual', ...init })
  const jar = browser({ request })
  const page = async () => (await jar.get('/')).text()
  return { ...jar, page }
}
