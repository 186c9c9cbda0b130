import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { createTestHarness } from 'wrangler'

export interface Server {
  /** Where the site answers, such as `http://localhost:38213`, without a slash at the end. */
  url: string
  /** Ends the runtime and starts another at the same `url`, with the same secret. */
  restart(): Promise<void>
  /** The lines that the Worker logged since the start, and the runtime about it. */
  logs(): string[]
  /** The Worker, for what HTTP cannot reach. */
  worker: ReturnType<typeof workerOf>
}

/**
 * Serves the site as `npm run dev` does, on a free port of this machine, until the tests of the
 * file that called it are over. Call it at the top of the file.
 *
 * @param vars - Instead of those in wrangler.toml, and of a random SESSION_SECRET.
 * @param configPath - Of another Worker than the site, from the project's root.
 */
export async function startServer(
  vars: Record<string, string> = {},
  configPath = 'wrangler.toml',
): Promise<Server> {
  const random = randomBytes(32).toString('base64url')
  const secrets = { SESSION_SECRET: vars.SESSION_SECRET ?? random }
  const harness = createTestHarness({
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    workers: [{ configPath, secrets, vars }],
  })
  afterAll(() => harness.close())

  // Browsers accept a `__Host-` cookie over http from localhost, since they trust it.
  const { port } = (await harness.listen()).url
  return {
    url: `http://localhost:${port}`,
    restart: () => harness.update((options) => options),
    logs: () => harness.getLogs().map(({ message }) => message),
    worker: workerOf(harness),
  }
}

function workerOf(harness: ReturnType<typeof createTestHarness>) {
  return harness.getWorker<Record<string, unknown>>()
}
