import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

const readme = read('README.md')
const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, text]) => ({
  language,
  text,
}))

/** Imports the library as the package does. */
function asInstalled(example: string): string {
  return example.replace(/'\.\.\/\.\.\/src\/session\/(.+)\.ts'/g, (_, path) =>
    path === 'index' ? `'edge-session'` : `'edge-session/${path}'`,
  )
}

describe('README.md', () => {
  it('shows code that the compiler and the tests have seen', () => {
    const examples = readdirSync(new URL('test/readme/', root))
      .filter((name) => name !== 'examples.test.ts')
      .map((name) => asInstalled(read(`test/readme/${name}`)))
    const shown = blocks
      .filter(({ language }) => language?.startsWith('ts'))
      .map(({ text }) => text)
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.toSorted()).toEqual(examples.toSorted())
  })

  it('names scripts of package.json', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const named = [...readme.matchAll(/npm (?:run (\w+)|(test))/g)].map(
      ([, run, test]) => run ?? test,
    )
    expect(named).toContain('dev')
    expect(named).toContain('test')
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  })

  it('names files that exist', () => {
    const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(
      ([, path]) => path as string,
    )
    const laidOut = [...readme.matchAll(/^((?:src|test|public)\S*) {2,}/gm)].map(
      ([, path = '']) => path,
    )
    expect(linked.length).toBeGreaterThan(0)
    expect(laidOut.length).toBeGreaterThan(0)
    const missing = [...linked, ...laidOut].filter((path) => !existsSync(new URL(path, root)))
    expect(missing).toEqual([])
  })
})
