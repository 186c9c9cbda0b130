import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Runtime, serveEach } from './runtime.ts'

const script = fileURLToPath(new URL('serve.ts', import.meta.url))

export const runtime: Runtime = {
  name: 'Node',
  version: () => process.versions.node,
  serve: (directory, files) =>
    serveEach(files, (file) => [process.execPath, script, join(directory, `${file}.js`)]),
}
