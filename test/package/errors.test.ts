import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { type Project, project, run, runtimes } from './consumer.ts'

const newest = `hono@${manifest.devDependencies.hono}`
const useOf = (more: string) => `import { Hono } from 'hono'
import { session } from 'edge-session'
${more}
const secret = 'Zk3vR7qXw9TnB2yLh5sGm8cJp4dFa6eU'
const app = new Hono().use(session({ secret })).get('/', async (c) => {
  return c.text(String((await c.var.session()).update('n', (n = 0) => n + 1)))
})
app.onError((error, c) => c.text(error.message))
console.log(await (await app.request('/')).text())
`

describe('a mistake in the set-up says what it is', () => {
  let user: Project
  beforeAll(async () => {
    user = await project(inject('tarball'), newest)
    await user.write('works.js', useOf(''))
    await user.write('no-export.js', useOf("import 'edge-session/stores/mysql'"))
    await user.write('inside.js', useOf("import 'edge-session/dist/index.js'"))
    await user.write(
      'no-crypto.js',
      useOf("Object.defineProperty(globalThis, 'crypto', { value: undefined })"),
    )
  })
  afterAll(() => user?.remove())

  const ask = (flags: readonly string[], file: string) => {
    const [command = '', ...rest] = flags
    return run(user.directory, command, ...rest, file)
  }

  it.each(Object.entries(runtimes))('on %s', async (_, flags) => {
    expect((await ask(flags, 'works.js')).output.trim()).toBe('1')
    const missing = await ask(flags, 'no-export.js')
    expect(missing.code).not.toBe(0)
    expect(missing.output).toMatch(/edge-session\/stores\/mysql|'\.\/stores\/mysql'/)
    const inside = await ask(flags, 'inside.js')
    expect(inside.code).not.toBe(0)
    expect(inside.output).toMatch(/dist\/index\.js/)
    const old = await ask(flags, 'no-crypto.js')
    expect(old.output).toContain('crypto.subtle is missing in this runtime: use Node 20 or later')
  })
})

describe('npm', () => {
  it('refuses a hono that is too old, and names the range', async () => {
    const refused = project(inject('tarball'), 'hono@4.8.0')
    await expect(refused).rejects.toThrow(
      new RegExp(
        `peer hono@"\\^${manifest.peerDependencies.hono.slice(1).replaceAll('.', '\\.')}"`,
      ),
    )
  })

  it('installs hono where it is missing', async () => {
    const user = await project(inject('tarball'))
    await writeFile(join(user.directory, 'works.js'), useOf(''))
    const { output } = await run(user.directory, process.execPath, 'works.js')
    expect(output.trim()).toBe('1')
    await user.remove()
  })

  it('leaves it out only when told to, and then the runtime names it', async () => {
    const user = await project('--legacy-peer-deps', inject('tarball'))
    await writeFile(join(user.directory, 'works.js'), "import 'edge-session'")
    const { code, output } = await run(user.directory, process.execPath, 'works.js')
    expect(code).toBe(1)
    expect(output).toContain("Cannot find package 'hono' imported from")
    await user.remove()
  })
})
