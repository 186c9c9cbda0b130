import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { session } from '../../src/session/index.ts'
import { startServer } from '../kit/node/server.ts'
import { createVisitorOf } from '../kit/site-visitor.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'edge-session-'))
afterAll(() => rmSync(folder, { recursive: true }))

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8' })
}

const tracked = run('git', 'ls-files', '-z').split('\0').filter(Boolean)

describe('the repository', () => {
  it('tracks no file with secrets, and ignores those that would have them', () => {
    expect(tracked.filter((file) => /(^|\/)(\.dev\.vars|\.env)/.test(file))).toEqual([
      '.dev.vars.example',
    ])
    const example = readFileSync(join(root, '.dev.vars.example'), 'utf8')
    expect(example.match(/^\w+=.*$/gm)).toEqual(['SESSION_SECRET='])
    for (const file of ['.dev.vars', '.dev.vars.production', '.wrangler/state/v3/x.sqlite']) {
      expect(run('git', 'check-ignore', '--no-index', file).trim()).toBe(file)
    }
  })

  it('shows no secret that session() would accept', () => {
    const shown = tracked
      .filter(
        (file) =>
          /\.(md|toml|tsx?|js|json|html)$/.test(file) && !/^(test\/|tools\/|vitest)/.test(file),
      )
      .flatMap((file) => {
        const text = readFileSync(join(root, file), 'utf8')
        const literals = text.matchAll(
          /(?:secret|SessionFactory)\w*['"]?\s*[:=(,[]+\s*(['"`])([^'"`\n$]+)\1/gi,
        )
        return [...literals].map(([, , literal = '']) => literal)
      })
    const samples = [
      ...readFileSync(join(root, 'src/session/options/secrets.ts'), 'utf8').matchAll(
        /^ {2}'(.+)',/gm,
      ),
    ]
    expect(shown).toContain('itsaseekreet') // so they are found
    for (const secret of [...shown, ...samples.map(([, sample = '']) => sample)]) {
      expect([secret, taken(secret)]).toEqual([secret, false])
    }
  })

  it('declares the secret as required, and does not set it', () => {
    const settings = readFileSync(join(root, 'wrangler.toml'), 'utf8')
    expect(settings).toMatch(/^\[secrets\]\nrequired = \["SESSION_SECRET"\]$/m)
    expect(settings).not.toMatch(/^\s*(SESSION_SECRET|REDIS_TOKEN|REDIS_URL)\s*=/m)
  })

  it('puts no development secret into the bundle', () => {
    const secret = 'a-secret-of-development-0123456789'
    const vars = join(folder, 'vars')
    const out = join(folder, 'out')
    writeFileSync(vars, `SESSION_SECRET="${secret}"\n`)
    const options = ['--dry-run', '--minify', '--outdir', out, '--env-file', vars]
    vi.stubEnv('NODE_ENV', undefined) // as in a shell; vitest sets it
    const told = run('npx', 'wrangler', 'deploy', ...options)
    vi.unstubAllEnvs()
    const bundle = readdirSync(out).map((file) => readFileSync(join(out, file), 'utf8'))
    expect(bundle.join()).toContain('__Host-session')
    expect(bundle.join() + told).not.toContain(secret)
    const code = readFileSync(join(out, 'index.js'), 'utf8')
    // Nor the checks that speak up during development.
    expect(code).not.toMatch(/doctor:|npm run migrate/)
  })
})

function taken(secret: string): boolean {
  try {
    session({ secret })
    return true
  } catch {
    return false // as it should be
  }
}

describe('a Worker without the migration of its store', async () => {
  const { url, logs } = await startServer({ SESSION_STORE: 'd1' })

  it('answers 503, and logs the cause once a request, without session data', async () => {
    const visitor = createVisitorOf(url)
    const answer = await visitor.get('/')
    expect(answer.status).toBe(503)
    expect(visitor.setCookies).toEqual([])
    // On localhost, and nowhere else, a page shows what went wrong.
    const page = (await answer.text()).replace(/<div class="messages error">.*?<\/div>/s, '')
    expect(page).toContain('<h1>Not available</h1>')
    expect(page).not.toMatch(/D1|SQL|table|StoreError/)
    const told = logs()
    expect(told).toHaveLength(2)
    expect(told.shift()).toMatch(/^doctor: table: .*npm run migrate -- --local/)
    expect(told[0]).toMatch(/^StoreError: .*Caused by: D1_ERROR: no such table/s)
    expect(told[0]).not.toMatch(/session:[\w-]{43}|"counter"/)
  })
})

describe('a Worker whose secret is too short', async () => {
  const SESSION_SECRET = 'a-secret-that-is-too-short-yet'
  const { url, logs } = await startServer({ SESSION_SECRET })

  it('answers 500, and logs the cure without the secret', async () => {
    const visitor = createVisitorOf(url)
    const answer = await visitor.get('/')
    const told = logs().join('\n')
    expect(answer.status).toBe(500)
    expect(await answer.text()).toContain('<h1>Something broke</h1>')
    expect(told).toContain('secret has 30 bytes, fewer than 32')
    expect(told).not.toContain(SESSION_SECRET)
  })
})
