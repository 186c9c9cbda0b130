import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'

/** Bundles a Worker into one module, as `wrangler deploy` does. */
export async function bundle(entry: URL): Promise<string> {
  const built = await build({
    root: fileURLToPath(new URL('../../', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    ssr: { target: 'webworker', noExternal: true },
    build: {
      ssr: fileURLToPath(entry),
      write: false,
      rolldownOptions: { external: [/^cloudflare:/] },
    },
  })
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput]
  return output[0].code
}
