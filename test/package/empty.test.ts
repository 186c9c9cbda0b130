import { existsSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, run } from './consumer.ts'
import { start } from './servers.ts'

describe('npm run empty, in a clone', () => {
  let clone: string
  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'edge-session-clone-'))
    await run(root, 'git', 'clone', '--quiet', root, clone)
    expect(await run(clone, process.execPath, 'tools/empty.ts')).toMatchObject({ code: 0 })
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
  })
  afterAll(() => rm(clone, { recursive: true, force: true }))

  it('leaves the library and one page, which passes its checks', async () => {
    expect(existsSync(join(clone, 'src/app'))).toBe(false)
    expect(existsSync(join(clone, 'src/session/index.ts'))).toBe(true)
    expect(await run(clone, 'npm', 'run', 'check')).toMatchObject({ code: 0 })
  })

  it('leaves an app that starts', async () => {
    const server = await start(clone, ['npm', 'run', 'dev', '--', '--port', '{port}'])
    expect(await (await fetch(server.url)).text()).toContain('Visit 1')
    await server.stop()
  })
})
