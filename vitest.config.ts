import { randomBytes } from 'node:crypto'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { tally } from './scripts/tally.ts'

// The tests need neither .dev.vars nor the network.
const SESSION_SECRET = randomBytes(32).toString('base64')
process.env.SESSION_SECRET = SESSION_SECRET
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'
process.env.WRANGLER_LOG ??= 'warn'

// The tests of the library that need no Worker. They run in workerd and in Node, and elsewhere.
const everywhere = [
  'test/*.test.ts',
  'test/{attacks,codecs,contention,cookie,csrf,device,lifecycle,options,state,users}/**/*.test.ts',
  'test/stores/memory.test.ts',
]

// Enough for a machine that is busy with other tests.
const patience = { testTimeout: 90_000, hookTimeout: 90_000 }

export default defineConfig({
  test: {
    reporters: ['default', tally()],
    coverage: { include: ['src/session/**'], reporter: ['text', 'html'] },
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
          exclude: ['test/browser/**', 'test/node/**', 'test/package/**'],
        },
      },
      {
        test: {
          ...patience,
          name: 'node',
          include: ['test/node/**/*.test.ts'],
        },
      },
      { test: { ...patience, name: 'library', include: everywhere } },
      {
        test: {
          ...patience,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/kit/node/chromium.ts'],
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
