import { defineConfig } from 'vitest/config'
import { tally } from '../../scripts/tally.ts'

// Installing, compiling and starting servers takes its time where other things run beside it.
const limit = 180_000

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['tarball.setup.ts'],
    reporters: ['default', tally()],
    testTimeout: limit,
    hookTimeout: limit,
    maxWorkers: 2,
  },
})
