import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const runtime = 'Bun' in globalThis ? 'bun' : 'deno'

// Tests of what only one runtime has, in that runtime. Run by ../runtime-stores.test.ts.
export default defineConfig({
  test: {
    root: join(import.meta.dirname, '../../..'),
    include: [`test/node/runtimes/*.${runtime}.ts`],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Deno lacks a part of worker threads that vitest uses, and Bun one of child processes.
    pool: runtime === 'bun' ? 'threads' : 'forks',
  },
})
