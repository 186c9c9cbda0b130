// Runs after `npm ci`: generates the Worker's types, so that an editor finds them in a fresh clone.
// Never fails an install: if wrangler is missing or cannot run, `npm run types` says why.

import { spawnSync } from 'node:child_process'

const { status } = spawnSync('npm', ['run', 'types'], {
  cwd: new URL('..', import.meta.url),
  stdio: 'ignore',
  timeout: 60_000,
  shell: process.platform === 'win32',
})
if (status !== 0) {
  console.warn('worker-configuration.d.ts was not generated. Run `npm run types` to see why.')
}
