// Runs the library's tests on each runtime, prints a table, and fails if one test fails on any.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { neutralTests } from './neutral.ts'

/** A part of what vitest's JSON reporter writes. */
interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  success: boolean
  testResults: {
    name: string
    message: string
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[]
  }[]
}

interface Runtime {
  name: string
  /** Prints its version. */
  version: string[]
  /** Runs vitest. */
  command: string[]
}

const root = join(import.meta.dirname, '../..')
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const portable = ['run', '--config', 'tools/runtimes/vitest.config.ts']

const runtimes: Runtime[] = [
  {
    name: 'workerd',
    version: [bin('workerd'), '--version'],
    command: [process.execPath, vitest, 'run', '--project', 'workers', ...neutralTests()],
  },
  {
    name: 'Node',
    version: [process.execPath, '--version'],
    command: [process.execPath, vitest, ...portable],
  },
  {
    name: 'Deno',
    version: [bin('deno'), '--version'],
    command: [bin('deno'), 'run', '--allow-all', '--no-check', vitest, ...portable],
  },
  {
    name: 'Bun',
    version: [bin('bun'), '--version'],
    command: [bin('bun'), '--bun', vitest, ...portable],
  },
]

function main(): void {
  const only = process.argv.slice(2).map((name) => name.toLowerCase())
  const chosen = runtimes.filter(
    ({ name }) => only.length === 0 || only.includes(name.toLowerCase()),
  )
  let passed = 0
  let failed = chosen.length === 0 ? 1 : 0
  row('runtime', 'version', 'files', 'passed', 'failed', 'skipped', 'seconds')
  for (const runtime of chosen) {
    const start = performance.now()
    const report = test(runtime)
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    const failures = Math.max(report.numFailedTests, report.success ? 0 : 1)
    passed += report.numPassedTests
    failed += failures
    const counts = [report.numPassedTests, failures, report.numPendingTests].map(String)
    row(runtime.name, versionOf(runtime), String(report.testResults.length), ...counts, seconds)
    tellFailures(report)
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}

function test({ name, command: [file = '', ...flags] }: Runtime): Report {
  const directory = mkdtempSync(join(tmpdir(), 'edge-session-runtimes-'))
  const output = join(directory, 'report.json')
  try {
    const reporter = ['--reporter=json', `--outputFile=${output}`]
    const { stderr } = spawnSync(file, [...flags, ...reporter], { cwd: root, encoding: 'utf8' })
    try {
      return JSON.parse(readFileSync(output, 'utf8'))
    } catch (cause) {
      throw new Error(`${name} has no report:\n${stderr}`, { cause })
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function versionOf({ version: [file = '', ...flags] }: Runtime): string {
  const { stdout } = spawnSync(file, flags, { encoding: 'utf8' })
  return /\d[\d.-]+\d/.exec(stdout ?? '')?.[0] ?? 'missing'
}

function tellFailures({ testResults }: Report): void {
  for (const { name, message, assertionResults } of testResults) {
    if (assertionResults.length === 0) console.log(`  ${name}: ${message}`)
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'failed')
        console.log(`  ${fullName}\n    ${failureMessages[0]?.split('\n    at ')[0]}`)
    }
  }
}

function row(name: string, version: string, ...cells: string[]): void {
  console.log(name.padEnd(10) + version.padEnd(16) + cells.map((cell) => cell.padStart(9)).join(''))
}

main()
