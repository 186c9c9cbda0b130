import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, run, toolbox } from './consumer.ts'
import { start } from './servers.ts'

/** The commands that the README has a reader type in a clone. */
const [serve, check] = ['npm ci && npm run dev', 'npm ci && npm test'] as const

/** Where a shell looks for programs on a machine with Node 20 and npm, and no tool of this project. */
const path = [
  join(toolbox, 'node_modules/node-20/bin'),
  ...(process.env.PATH ?? '')
    .split(delimiter)
    .filter((each) => !/node_modules|node-gyp/.test(each)),
].join(delimiter)

/** What a reader types. */
function typed(line: string): [command: string, ...flags: string[]] {
  return ['env', '-u', 'NODE_ENV', '-u', 'VITEST', `PATH=${path}`, 'CI=true', 'sh', '-c', line]
}

describe('a clone, on a machine with Node 20 alone', () => {
  let clone: string
  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'edge-session-bare-'))
    await run(root, 'git', 'clone', '--quiet', root, clone)
  })
  afterAll(() => rm(clone, { recursive: true, force: true }))

  it('is one where the README says to type what is typed here', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const lines = [...readme.matchAll(/^```sh\n(.*?)\n```$/gms)].map(([, line = '']) => line)
    expect(lines.filter((line) => line.startsWith('npm ci'))).toEqual([serve, check])
    const { output } = await run(clone, ...typed('node --version; ls; git status --porcelain'))
    expect(output).toMatch(/^v20\.(?!.*node_modules)/s)
  })

  it('serves the site', async () => {
    const server = await start(clone, typed(`${serve} -- --port {port}`))
    expect(await (await fetch(server.url)).text()).toContain('Count: 1')
    await server.stop()
  })

  // All of `npm test` takes minutes, and runs in CI.
  it('passes the checks, and some tests of each kind', async () => {
    const some = 'test/state test/readme test/node/server.test.ts'
    const tested = await run(clone, ...typed(`npm run check && npx vitest run ${some}`))
    expect(tested.output).toMatch(/^\d+ passed, 0 failed$/m)
    expect(tested.code).toBe(0)
  })
})
