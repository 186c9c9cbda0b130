import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed, type Runtime, serveEach } from './runtime.ts'

const script = fileURLToPath(new URL('serve.ts', import.meta.url))
const shim = fileURLToPath(new URL('../node_modules/.bin/deno', import.meta.url))
const flags = ['run', '--no-check', '--cached-only', '--no-remote', '--allow-all', '--quiet']

export const runtime: Runtime = {
  name: 'Deno',
  version: () => installed(shim),
  serve(directory, files) {
    // Not the shim, which would be measured and stopped in its place.
    const deno = execFileSync(shim, ['eval', 'console.log(Deno.execPath())'], { encoding: 'utf8' })
    return serveEach(files, (file) => [
      deno.trim(),
      ...flags,
      script,
      join(directory, `${file}.js`),
    ])
  },
}
