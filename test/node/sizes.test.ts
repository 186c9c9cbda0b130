import { expect, it } from 'vitest'
import { sizes } from '../../bench/sizes'

// Bytes, minified and gzipped: what they are, and some 2 % for the moods of a minifier. Raise one only
// for what is worth its download, or when a tool that packs has changed.
const budgets = {
  'session() and csrf()': 12_500,
  'all of index.ts': 12_950,
  'codecs/pyramid': 1_310,
  'stores/memory': 420,
  'stores/kv': 350,
  'stores/d1': 680,
  'stores/durable-object': 600,
  'stores/redis': 600,
  'the site, with hono': 33_150,
}

it('each part of the library, and the site, keep to their budgets', async () => {
  const found = await sizes()
  expect(found.map(({ name }) => name)).toEqual(Object.keys(budgets))
  const over = found.filter(({ name, gzipped }) => gzipped > budgets[name as keyof typeof budgets])
  expect(over).toEqual([])
})
