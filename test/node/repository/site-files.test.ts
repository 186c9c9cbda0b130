import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { siteFiles, staleFiles } from '../../../scripts/generate-site.js'

it.each([...siteFiles()])('%s is up to date with its source', (path, text) => {
  expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(text)
})

it('there is one style sheet, and no earlier version of it', () => {
  expect(staleFiles()).toEqual([])
})
