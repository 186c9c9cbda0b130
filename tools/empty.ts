// npm run empty: takes the demo out of a clone. What stays is an app of one page, in src/index.ts, that
// has the library beside it. Git brings everything back.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Directories end with a slash. */
const kept = [
  ...['.dev.vars.example', '.editorconfig', '.gitignore', '.npmrc', 'LICENSE', 'biome.json'],
  ...['migrations/', 'package.json', 'scripts/dev-secret.js', 'src/session/', 'tsconfig.json'],
  ...['wrangler.env', 'wrangler.toml'],
]

const tools = ['@biomejs/biome', 'hono', 'node', 'typescript', 'wrangler']

const scripts = {
  predev: 'node scripts/dev-secret.js',
  dev: 'wrangler dev --env-file wrangler.env --env-file .dev.vars',
  deploy: 'wrangler deploy --minify && npm run migrate -- --remote',
  migrate: 'wrangler d1 migrations apply SESSIONS_DB',
  check: 'wrangler types --env-file wrangler.env && biome check src && tsc',
}

function main(): void {
  if (git('status', '--porcelain') !== '') {
    console.error('empty: there are uncommitted changes: commit them, so that nothing is lost')
    process.exit(1)
  }
  const page = firstPage()
  const isKept = (path: string) =>
    kept.some((each) => path === each || (each.endsWith('/') && path.startsWith(each)))
  for (const path of git('ls-files')
    .split('\n')
    .filter((path) => !isKept(path))) {
    rmSync(join(root, path))
    removeEmpty(dirname(path))
  }
  write('src/index.ts', page)
  write('wrangler.toml', withoutDemo(read('wrangler.toml')))
  write('tsconfig.json', read('tsconfig.json').replace(/,\n {2}"exclude": .*/, ''))
  write('package.json', `${JSON.stringify(manifest(), null, 2)}\n`)
  console.log('Emptied. Run npm install && npm run dev, and continue in src/index.ts.')
}

/** Removes a directory, and those around it, that has nothing left. */
function removeEmpty(path: string): void {
  if (path === '.' || readdirSync(join(root, path)).length > 0) return
  rmdirSync(join(root, path))
  removeEmpty(dirname(path))
}

/** The first page of the README, with what a Worker exports besides. */
function firstPage(): string {
  const page = read('examples/first-page/main.ts')
  const [library = '', ...others] = page.split('\n') // imports of a package come before those of a file
  const end = others.indexOf('')
  others.splice(end, 0, library.replace("'edge-session'", "'./session/index.ts'"))
  const object = "export { SessionObject } from './session/stores/durable-object.ts'"
  return `${others.join('\n')}\n${object}\n`
}

/** Without what is built from the demo, its files, and its cron. */
function withoutDemo(toml: string): string {
  return toml
    .replace(/^main = .*$/m, 'main = "src/index.ts"')
    .replaceAll(/(?:^#.*\n)*^\[(?:build|assets|triggers)\]\n(?:.+\n)*\n?/gm, '')
}

function manifest(): object {
  const { type, engines, devDependencies, allowScripts } = JSON.parse(read('package.json'))
  const versions = tools.map((name) => [name, devDependencies[name]])
  return {
    ...{ name: 'my-app', private: true, type, engines, scripts },
    devDependencies: Object.fromEntries(versions),
    allowScripts,
  }
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function git(...words: string[]): string {
  return execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim()
}

main()
