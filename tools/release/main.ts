// npm run release: checks all that a release needs and packs it. It publishes nothing, and says how.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Manifest, ownerOf, readJson } from '../deno-manifest.ts'
import { entriesOf } from './changelog.ts'

const root = join(import.meta.dirname, '../..')

/** Each is a script of package.json; together they are what CI runs, and more. */
const checks = ['build', 'test', 'test:package', 'test:runtimes', 'docs:build']

function main(): void {
  const manifest = readJson<Manifest>('package.json')
  const problems = problemsOf(manifest)
  for (const problem of problems) console.error(`release: ${problem}`)
  if (problems.length > 0) process.exit(1)
  for (const check of checks) {
    console.log(`\n── npm run ${check}`)
    const { status } = spawnSync('npm', ['run', '--silent', check], { cwd: root, stdio: 'inherit' })
    if (status !== 0) fail(`npm run ${check} failed: nothing was packed`)
  }
  if (git('status', '--porcelain') !== '') fail('the checks changed files: commit them')
  execFileSync('npm', ['pack', '--ignore-scripts'], { cwd: root, stdio: 'inherit' })
  tellNext(manifest)
}

/** What can be known before the checks, which take minutes. */
function problemsOf({ version }: Manifest): string[] {
  const problems: string[] = []
  const changelog = existsSync(join(root, 'CHANGELOG.md'))
    ? readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
    : ''
  if (git('status', '--porcelain') !== '')
    problems.push('there are uncommitted changes: commit them')
  if (entriesOf(changelog, version) === null) {
    problems.push(`CHANGELOG.md says nothing of ${version}: set the version by npm version`)
  }
  const tagged = git('tag', '--list', `v${version}`) !== ''
  const isHere = tagged && git('rev-list', '-n1', `v${version}`) === git('rev-parse', 'HEAD')
  if (tagged && !isHere) {
    problems.push(`v${version} is the tag of another commit: set a new version by npm version`)
  }
  return problems
}

function tellNext(manifest: Manifest): void {
  const { name, version } = manifest
  console.log(`\n${name} ${version} is checked and packed. Nothing was published.`)
  if (ownerOf(manifest) === 'your-name') {
    console.log('First put your own name for "your-name" into package.json, and release again.')
    return
  }
  console.log('To publish it:')
  console.log(`  git tag v${version} && git push --tags   # if npm version did not`)
  console.log(`  npm publish ./${name}-${version}.tgz --provenance`)
  console.log('  npx deno publish')
}

function git(...words: string[]): string {
  return execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim()
}

function fail(message: string): never {
  console.error(`release: ${message}`)
  process.exit(1)
}

main()
