import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Bundles variants, as deployed Workers are, into files that any runtime loads.
 *
 * @param files - Their modules in `variants/`.
 * @returns The directory where each is, as `<file>.js`.
 */
export async function bundle(files: readonly string[], directory: string): Promise<string> {
  await mkdir(directory, { recursive: true })
  for (const file of files) {
    await build({
      root: here('..'),
      configFile: false,
      logLevel: 'error',
      resolve: { dedupe: ['hono'] },
      ssr: { target: 'webworker', noExternal: true },
      build: {
        ssr: here(`variants/${file}.ts`),
        outDir: directory,
        emptyOutDir: false,
        minify: false,
        rolldownOptions: { output: { entryFileNames: `${file}.js`, codeSplitting: false } },
      },
    })
  }
  return directory
}
