// npm run example NAME: installs an app of examples/, with the package as it is here, and starts it.

import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const examples = join(root, 'examples')

function main(): void {
  const [name] = process.argv.slice(2)
  const directory = join(examples, name ?? '')
  if (!name || !existsSync(join(directory, 'package.json'))) {
    console.log('npm run example NAME, with one of these names:')
    for (const [each, description] of listed()) console.log(`  ${each.padEnd(12)} ${description}`)
    process.exit(name ? 1 : 0)
  }
  install(directory)
  writeSecret(join(directory, '.env'))
  // A group of its own, so that what npm starts ends with it.
  const flags = { cwd: directory, stdio: 'inherit', detached: true } as const
  const child = spawn('npm', ['start', '--silent'], flags)
  child.once('exit', (code) => process.exit(code ?? 1))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => process.kill(-(child.pid as number), signal))
  }
}

function listed(): [name: string, description: string][] {
  const names = readdirSync(examples, { withFileTypes: true }).filter((each) => each.isDirectory())
  return names.map(({ name }) => [
    name,
    JSON.parse(readFileSync(join(examples, name, 'package.json'), 'utf8')).description,
  ])
}

/** Installs its dependencies, and for `edge-session` what is packed from here. */
function install(directory: string): void {
  const packed = mkdtempSync(join(tmpdir(), 'edge-session-example-'))
  try {
    npm(root, 'run', '--silent', 'build')
    npm(root, 'pack', '--silent', '--ignore-scripts', '--pack-destination', packed)
    const [tarball = ''] = readdirSync(packed)
    npm(directory, 'install', '--no-save', '--no-package-lock', join(packed, tarball))
  } finally {
    rmSync(packed, { recursive: true })
  }
}

function npm(cwd: string, ...words: string[]): void {
  const env = { ...process.env, npm_config_loglevel: 'error' }
  execFileSync('npm', words, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] })
}

function writeSecret(file: string): void {
  if (existsSync(file)) return
  writeFileSync(file, `SESSION_SECRET=${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
}

main()
