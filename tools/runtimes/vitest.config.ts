import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { neutralTests } from './neutral.ts'

// The library's tests, in the runtime that runs this.
export default defineConfig({
  test: {
    root: join(import.meta.dirname, '../..'),
    include: neutralTests(),
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Deno lacks a part of worker threads that vitest uses, and Bun one of child processes.
    pool: 'Bun' in globalThis ? 'threads' : 'forks',
  },
})
