import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { type Project, project, run, runtimes } from './consumer.ts'

const newest = manifest.devDependencies.hono
const lowest = manifest.peerDependencies.hono.replace('^', '')

/** Twenty requests at once add one to one session in a store. */
const race = `import { Hono } from 'hono'
import { session } from 'edge-session'
import { memoryStore } from 'edge-session/stores/memory'

const options = { secret: 'Zk3vR7qXw9TnB2yLh5sGm8cJp4dFa6eU', store: memoryStore() }
const app = new Hono().use(session(options)).get('/', async (c) => {
  return c.text(String((await c.var.session()).update('n', (n = 0) => n + 1)))
})
const first = await app.request('/')
const headers = { Cookie: first.headers.get('Set-Cookie').split(';')[0] }
const all = await Promise.all(Array.from({ length: 20 }, () => app.request('/', { headers })))
console.log(all.every(({ status }) => status === 200), await (await app.request('/', { headers })).text())
`

const required = `const { session } = require('edge-session')
console.log(typeof session, typeof require('edge-session/stores/kv').kvStore)
`

describe.each([lowest, newest])('with hono %s', (version) => {
  let user: Project
  beforeAll(async () => {
    user = await project(inject('tarball'), `hono@${version}`)
    await user.write('race.js', race)
    await user.write('required.cjs', required)
  })
  afterAll(() => user?.remove())

  describe.each(Object.entries(runtimes))('%s', (_, [command = '', ...flags]) => {
    it('loses no update of twenty at once', async () => {
      const { output } = await run(user.directory, command, ...flags, 'race.js')
      expect(output.trim()).toBe('true 22')
    })

    it('takes the package by require() as well', async () => {
      const { output } = await run(user.directory, command, ...flags, 'required.cjs')
      expect(output).toContain('function function')
    })
  })
})
