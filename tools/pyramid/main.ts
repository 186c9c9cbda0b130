import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Command } from '../command.ts'
import { checks, type Keys } from './checks.ts'

const hashes = { 'SHA-512': 'sha512', 'SHA-256': 'sha256', 'SHA-1': 'sha1' } as const

const configurations: Keys[] = [
  { secret: 'itsaseekreet', salt: 'pyramid.session.', hash: 'SHA-512' },
  { secret: 'sécrèt', salt: 'edge.', hash: 'SHA-256' },
  { secret: 'ключ', salt: '', hash: 'SHA-1' },
]

export const command: Command = {
  summary:
    'Passes one cookie jar back and forth between real Pyramid and this library. Without Pyramid ' +
    '(Debian: python3-pyramid) it says so and tests nothing.',
  options: [],
  async run() {
    const python = ['/usr/bin/python3', 'python3'].find(
      (command) => spawnSync(command, ['-c', 'import pyramid']).status === 0,
    )
    if (!python) {
      console.log('No python3 with Pyramid here (Debian: python3-pyramid): nothing was tested')
      return true
    }
    let [passed, failed] = [0, 0]
    for (const keys of configurations) {
      for (const [name, error] of await outcomes(python, keys)) {
        if (error === undefined) passed++
        else failed++
        if (error !== undefined) console.error(`failed: ${name} (${keys.hash})\n`, error)
      }
    }
    console.log(`${passed} passed, ${failed} failed`)
    return failed === 0
  },
}

/** Runs all checks in one configuration. */
async function outcomes(python: string, keys: Keys): Promise<[name: string, error: unknown][]> {
  const results: [string, unknown][] = []
  let stop = () => {}
  try {
    const pyramid = await startPyramid(python, keys)
    stop = pyramid.stop
    for (const [name, check] of checks(pyramid.url, keys)) {
      const error = await check().then(noError, (error: unknown) => error)
      results.push([name, error])
    }
  } catch (error) {
    results.push(['pyramid.py starts', error])
  } finally {
    stop()
  }
  return results
}

function noError(): undefined {}

/** Serves pyramid.py on a free port of this machine. */
async function startPyramid(python: string, { secret, salt, hash }: Keys) {
  const script = fileURLToPath(new URL('pyramid.py', import.meta.url))
  const child = spawn(python, [script, secret, salt, hashes[hash]], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`pyramid.py ended with ${code}`)
  })
  ended.catch(() => {}) // it ends when it is stopped
  const [port] = await Promise.race([once(createInterface(child.stdout), 'line'), ended])
  return { url: `http://127.0.0.1:${port}`, stop: () => void child.kill() }
}
