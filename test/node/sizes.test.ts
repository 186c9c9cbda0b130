import { expect, it } from 'vitest'
import { sizes } from '../../bench/sizes'

// Bytes, minified and gzipped. Raise one only for what is worth its download.
const budgets = {
  'session() and csrf()': 10_700,
  'all of index.ts': 11_150,
  'codecs/pyramid': 1_300,
  'stores/memory': 600,
  'stores/kv': 600,
  'stores/d1': 675,
  'stores/durable-object': 645,
  'stores/redis': 702,
  'the site, with hono': 31_500,
}

it('each part of the library, and the site, keep to their budgets', async () => {
  const found = await sizes()
  expect(found.map(({ name }) => name)).toEqual(Object.keys(budgets))
  const over = found.filter(({ name, gzipped }) => gzipped > budgets[name as keyof typeof budgets])
  expect(over).toEqual([])
})
