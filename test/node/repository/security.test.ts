import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pathOf, read } from '../../../scripts/repository.ts'

describe.each(['docs/attacks.md', 'docs/asvs.md'])('%s', (document) => {
  const text = read(document)
  /** The tests that it cites: `[attacks/time](../test/attacks/time.test.ts) › `title`, `title``. */
  const cited = [...text.matchAll(/\]\(\.\.\/(test\/[^)\s]+)\) › (`[^`]+`(?:, `[^`]+`)*)/g)]
  const files = Map.groupBy(cited, ([, path = '']) => path)

  it('cites tests in one way only', () => {
    expect(cited.length).toBeGreaterThan(0)
    expect(cited).toHaveLength(text.split('›').length - 1)
  })

  it.each([...files])('cites tests that exist in %s', (path, citations) => {
    const test = existsSync(pathOf(path)) ? read(path) : ''
    const titles = citations.flatMap(([, , list = '']) => list.slice(1, -1).split('`, `'))
    const exists = (title: string) => [`'${title}',`, `"${title}",`].some((it) => test.includes(it))
    expect(titles.filter((title) => !exists(title))).toEqual([])
  })
})
