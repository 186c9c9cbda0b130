import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { tally } from './scripts/tally.ts'

// The tests need neither .dev.vars nor the network.
const SESSION_SECRET = 'a secret that only the tests know'
process.env.SESSION_SECRET = SESSION_SECRET
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'
process.env.WRANGLER_LOG ??= 'warn'

// Enough for a machine that is busy with other tests.
const patience = { testTimeout: 30_000, hookTimeout: 30_000 }

export default defineConfig({
  test: {
    reporters: ['default', tally()],
    // Many tests have a request refused; those that are about its log line look at `console.warn`.
    onConsoleLog: (log) => !log.startsWith('csrf(): refused '),
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: { SESSION_SECRET, MIGRATIONS: await readD1Migrations('migrations') },
            },
          })),
        ],
        test: {
          ...patience,
          name: 'workers',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/browser/**', 'test/node/**'],
        },
      },
      {
        test: {
          ...patience,
          name: 'node',
          include: ['test/node/**/*.test.ts', 'test/session/base64url.test.ts'],
        },
      },
      {
        test: {
          ...patience,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/browser/chromium.ts'],
        },
      },
      {
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: './test/tsconfig.json',
          },
        },
      },
    ],
  },
})
