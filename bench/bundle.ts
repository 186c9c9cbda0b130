import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Bundles a module of this repository into one file, for any runtime.
 *
 * @param path - From the root of the repository.
 */
export async function bundle(
  path: string,
  options: { minify?: boolean; isExternal?: (id: string) => boolean } = {},
): Promise<Rolldown.OutputChunk> {
  const { minify = false, isExternal = () => false } = options
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { dedupe: ['hono'] }, // one for ours and for all peers
    ssr: { target: 'webworker', noExternal: true },
    build: {
      ssr: join(root, path),
      write: false,
      minify,
      rolldownOptions: {
        external: (id, importer = '') => {
          const resolved = id.startsWith('.')
            ? fileURLToPath(new URL(id, `file://${importer}`))
            : id
          return id.startsWith('cloudflare:') || isExternal(resolved)
        },
        output: { codeSplitting: false },
      },
    },
  })
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput]
  return output[0]
}

/** Bundles variants into a directory, each as `<file>.js`. */
export async function bundleVariants(files: readonly string[], directory: string): Promise<void> {
  for (const file of files) {
    const { code } = await bundle(`bench/variants/${file}.ts`)
    await writeFile(join(directory, `${file}.js`), code)
  }
}
