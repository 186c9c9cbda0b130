import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

describe('SECURITY.md', () => {
  const text = read('SECURITY.md')
  /** The tests that it names: `[attacks/time](test/attacks/time.test.ts) › `title`, `title``. */
  const named = [...text.matchAll(/\]\((test\/[^)\s]+)\) › (`[^`]+`(?:, `[^`]+`)*)/g)]
  const files = Map.groupBy(named, ([, path = '']) => path)

  it('names tests in one way only', () => {
    expect(named.length).toBeGreaterThan(0)
    expect(named).toHaveLength(text.split('›').length - 1)
  })

  it.each([...files])('names tests that there are in %s', (path, names) => {
    const test = existsSync(new URL(path, root)) ? read(path) : ''
    const titles = names.flatMap(([, , list = '']) => list.slice(1, -1).split('`, `'))
    const isThere = (title: string) =>
      [`'${title}',`, `"${title}",`].some((it) => test.includes(it))
    expect(titles.filter((title) => !isThere(title))).toEqual([])
  })
})

describe.each(['README.md', 'SECURITY.md'])('%s', (document) => {
  it('links to files and headings that there are', () => {
    const links = [...prose(document).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
    expect(links.length).toBeGreaterThan(0)
    const broken = links.filter(([, path, heading]) => {
      const target = path || document
      if (!existsSync(new URL(target, root))) return true
      return heading !== undefined && !anchors(target).includes(heading)
    })
    expect(broken.map(([link]) => link)).toEqual([])
  })
})

/** Reads a document without its blocks of code, in which `#` begins no heading. */
function prose(path: string): string {
  return read(path).replace(/^```.*?^```$/gms, '')
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
