import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { documents, pathOf, prose, read } from './documents.ts'

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

/** Pages that are linked to and not written yet. */
const unwritten = /^docs\/(guides\/|how-it-works|not-wanted)/

describe.each(documents)('%s', (document) => {
  it('links to files and headings that exist', () => {
    const links = [
      ...prose(document).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g),
    ]
    const broken = links.filter(([, path = '', heading]) => {
      const target = resolve(document, path)
      if (unwritten.test(target)) return false
      if (!existsSync(pathOf(target))) return true
      return heading !== undefined && !anchors(target).includes(heading)
    })
    expect(broken.map(([link]) => link)).toEqual([])
  })
})

/** Resolves a link of a document, from the root of the repository. */
function resolve(document: string, link: string): string {
  return link === '' ? document : new URL(link, `file:///${document}`).pathname.slice(1)
}

/** Lists the anchors that GitHub gives the headings of a document. */
function anchors(path: string): string[] {
  return [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}
