import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const secret = 'Zk3vR7qXw9TnB2yLh5sGm8cJp4dFa6eU'

/** Runs `npm run doctor` with an environment, and resolves to what it printed and its exit code. */
async function doctor(env: Record<string, string>, ...flags: string[]) {
  const options = { cwd: root, env: { ...process.env, SESSION_SECRET: secret, ...env } }
  const tool = [join(root, 'tools/doctor.ts'), ...flags]
  return promisify(execFile)(process.execPath, tool, options).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stdout, stderr }) => ({ code, output: `${stdout}${stderr}` }),
  )
}

describe('npm run doctor', () => {
  it('finds nothing wrong with this repository and a secret', async () => {
    const { code, output } = await doctor({})
    expect(output).toMatch(/^ok {7}store {4}SESSION_STORE is cookie$/m)
    expect(output).toMatch(/No problem found\.$/m)
    expect(output).not.toContain(secret)
    expect(code).toBe(0)
  })

  it('checks a server by the SESSION_STORE in the environment', async () => {
    expect(await doctor({ SESSION_STORE: 'sql' })).toMatchObject({ code: 0 })
    const { code, output } = await doctor({ SESSION_STORE: 'redis' })
    expect(output).toContain('SESSION_STORE is redis, which needs REDIS_URL: set it in the')
    expect(output).toMatch(/Problems: 1$/m)
    expect(code).toBe(1)
  })

  it('looks for the cookie of what is served at a URL', async () => {
    let cookie = '__Host-session=a; Path=/; HttpOnly; Secure'
    const server = createServer((_, response) => response.setHeader('Set-Cookie', cookie).end())
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    const url = `http://127.0.0.1:${port}/`
    expect((await doctor({}, url)).output).toContain(`${url} sets __Host-session`)
    cookie = 'session=a; Path=/'
    expect((await doctor({}, url)).output).toContain('answers 200 without a session cookie')
    server.close()
    expect((await doctor({}, url)).output).toContain('does not answer')
  })

  it('says so of what is no URL', async () => {
    expect(await doctor({}, 'nonsense')).toMatchObject({
      code: 2,
      output: expect.stringContaining('nonsense is not a URL'),
    })
  })
})
