// Runs within `npm version NEW`, when package.json has the new version: brings the other files along.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { released } from './changelog.ts'

const root = join(import.meta.dirname, '../..')
const file = join(root, 'CHANGELOG.md')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const today = new Date().toISOString().slice(0, 10)
writeFileSync(file, released(readFileSync(file, 'utf8'), version, today))
const run = { cwd: root, stdio: 'inherit' } as const
execFileSync(process.execPath, ['tools/deno-manifest.ts'], run)
execFileSync('git', ['add', 'CHANGELOG.md', 'deno.json'], run)
