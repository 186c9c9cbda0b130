import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { sizes } from '../../../bench/sizes.ts'

// Bytes, minified and gzipped: what they are, and some 2 % for the moods of a minifier. Raise one only
// for what is worth its download, or when a tool that packs has changed.
const budgets = {
  'session()': 17_150,
  'session() and csrf()': 19_450,
  'all of index.ts': 20_150,
  'codecs/pyramid': 1_350,
  'stores/memory': 445,
  'stores/kv': 440,
  'stores/d1': 795,
  'stores/deno-kv': 560,
  'stores/durable-object': 780,
  'stores/redis': 725,
  'stores/sql': 1_150,
  device: 2_500,
  'the site, with hono': 56_500,
}

it('each part of the library, and the site, keep to their budgets, and the comparison tells the truth', async () => {
  vi.stubEnv('NODE_ENV', 'production') // as `npm run deploy` has it; vitest sets another
  const found = await sizes()
  expect(found.map(({ name }) => name)).toEqual(Object.keys(budgets))
  const over = found.filter(({ name, gzipped }) => gzipped > budgets[name as keyof typeof budgets])
  expect(over).toEqual([])

  const comparison = readFileSync(new URL('../../../docs/comparison.md', import.meta.url), 'utf8')
  const told = /\*\*Size\*\*, gzipped \| ([\d.]+) kB with CSRF/.exec(comparison)?.[1]
  const { gzipped = 0 } = found.find(({ name }) => name === 'session() and csrf()') ?? {}
  expect(Math.abs(Number(told) * 1000 - gzipped)).toBeLessThan(500)
})
