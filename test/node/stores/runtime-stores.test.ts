import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const run = promisify(execFile)

/** A part of what vitest's JSON reporter writes. */
interface Report {
  numTotalTests: number
  testResults: { message: string; assertionResults: { status: string; fullName: string }[] }[]
}

/** Runs the tests of ./runtimes in a runtime, and returns what failed and how many tests there were. */
async function testIn(runtime: string, ...flags: string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'edge-session-runtime-'))
  const output = join(directory, 'report.json')
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const config = join(root, 'test/node/runtimes/vitest.config.ts')
    const options = ['run', '--config', config, '--reporter=json', `--outputFile=${output}`]
    const outcome = await run(bin(runtime), [...flags, vitest, ...options], { cwd: root }).then(
      () => '',
      (error: Error) => error.message,
    )
    const report = await readFile(output, 'utf8').catch(() => expect.fail(outcome))
    const { numTotalTests: total, testResults }: Report = JSON.parse(report)
    const failed = testResults.flatMap(({ message, assertionResults }) =>
      assertionResults.length === 0
        ? [message]
        : assertionResults.filter(({ status }) => status === 'failed').map((each) => each.fullName),
    )
    return { failed, total }
  } finally {
    await rm(directory, { recursive: true })
  }
}

describe('stores of one runtime', { timeout: 120_000 }, () => {
  it('pass the contract in Deno: Deno KV', async () => {
    const flags = ['run', '--allow-all', '--no-check', '--unstable-kv']
    const { failed, total } = await testIn('deno', ...flags)
    expect(failed).toEqual([])
    expect(total).toBeGreaterThan(50)
  })

  it('pass the contract in Bun: bun:sqlite', async () => {
    const { failed, total } = await testIn('bun', '--bun')
    expect(failed).toEqual([])
    expect(total).toBeGreaterThan(50)
  })

  it('take a Deno.Kv as Deno types it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'edge-session-deno-'))
    const file = join(directory, 'check.ts')
    const store = join(root, 'src/session/stores/deno-kv.ts')
    const lines = [
      '/// <reference lib="deno.unstable" />',
      `import { denoKvStore } from '${store}'`,
      'export const store = denoKvStore(await Deno.openKv())',
    ]
    await writeFile(file, lines.join('\n'))
    try {
      const flags = ['check', '--unstable-kv', '--config', join(root, 'deno.json'), file]
      await run(bin('deno'), flags, { cwd: root })
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})
