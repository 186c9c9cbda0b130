import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed, type Runtime, serveEach } from './runtime.ts'

const script = fileURLToPath(new URL('serve.ts', import.meta.url))
const bun = fileURLToPath(new URL('../node_modules/.bin/bun', import.meta.url))

export const runtime: Runtime = {
  name: 'Bun',
  version: () => installed(bun),
  serve: (directory, files) =>
    serveEach(files, (file) => [bun, 'run', script, join(directory, `${file}.js`)]),
}
