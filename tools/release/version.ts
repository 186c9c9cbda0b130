// Runs within `npm version NEW`. Before npm changes anything (--check) it looks whether CHANGELOG.md is
// ready; when package.json has the new version it brings the other files along.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { released } from './changelog.ts'

const root = join(import.meta.dirname, '../..')
const file = join(root, 'CHANGELOG.md')
const today = new Date().toISOString().slice(0, 10)

function main(): void {
  const isCheck = process.argv.includes('--check')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const changelog = readFileSync(file, 'utf8')
  if (isCheck) {
    released(changelog, process.env.npm_new_version ?? 'the next version', today)
    return
  }
  writeFileSync(file, released(changelog, version, today))
  const run = { cwd: root, stdio: 'inherit' } as const
  execFileSync(process.execPath, ['tools/deno-manifest.ts'], run)
  execFileSync('git', ['add', 'CHANGELOG.md', 'deno.json'], run)
}

try {
  main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
