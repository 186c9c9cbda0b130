import { existsSync, globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { anchors, complete, documents, prose } from '../../../scripts/documents.ts'
import { examples } from '../../../scripts/examples.ts'
import { pathOf, read } from '../../../scripts/repository.ts'

describe.each(documents)('%s', (document) => {
  const text = read(document)

  it('shows the code that is compiled and tested: else run `npm run docs:code`', () => {
    expect(text).toBe(complete(text))
  })

  it('shows no other code of ours', () => {
    const blocks = [...text.matchAll(/(?<!^<!-- code: .*\n)^```(?:tsx?|toml|jsonc?)\n.*\n/gm)]
    expect(blocks.map(([start]) => start)).toEqual([])
  })

  it('names scripts of package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: object }
    const named = [...text.matchAll(/npm (?:run ([\w:]+)|(test)\b)/g)]
    const missing = named
      .map(([, run = '', test]) => test ?? run)
      .filter((name) => !(name in scripts))
    expect(missing).toEqual([])
  })

  it('names files and folders that exist', () => {
    const named = [
      ...prose(document).matchAll(
        /`((?:src|test|tools|scripts|docs|bench)\/(?!index\b)[\w./-]*)`/g,
      ),
    ]
    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(pathOf(path)))).toEqual(
      [],
    )
  })

  it('runs test files that exist', () => {
    const run = [...read(document).matchAll(/vitest run .*?(test\/[\w./-]+\.ts)/g)]
    expect(run.map(([, path = '']) => path).filter((path) => !existsSync(pathOf(path)))).toEqual([])
  })

  it('links to files and headings that exist', () => {
    const links = [
      ...prose(document).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g),
    ]
    const broken = links.filter(([, path = '', heading]) => {
      const target = resolve(document, path)
      if (!existsSync(pathOf(target))) return true
      return heading !== undefined && !anchors(target).includes(heading)
    })
    expect(broken.map(([link]) => link)).toEqual([])
  })
})

it.each(examples)('%s is shown in a document', (path) => {
  const shown = documents.some((document) => read(document).includes(`<!-- code: ${path}`))
  expect(shown).toBe(true)
})

it('the two commands stand near the top of the README', () => {
  const top = read('README.md').split('\n').slice(0, 60).join('\n')
  expect(top).toContain('npm ci && npm run dev')
  expect(top).toContain('npm ci && npm test')
})

it.each([
  ['README.md', 300],
  ['SECURITY.md', 150],
])('%s has at most %i lines', (document, most) => {
  expect(read(document).split('\n').length).toBeLessThanOrEqual(most)
})

/** Resolves a link of a document, from the root of the repository. */
function resolve(document: string, link: string): string {
  return link === '' ? document : new URL(link, `file:///${document}`).pathname.slice(1)
}

it('architecture.md finds each rule in files that exist', () => {
  const rows = read('docs/architecture.md').matchAll(/^\| .* \| (`[^|]+`) \| (`[^|]+`) \|$/gm)
  const files = [...rows].flatMap(([, sources = '', tests = '']) => [
    ...sources.split(', ').map((file) => `src/session/${file.slice(1, -1)}`),
    ...tests.split(', ').map((file) => `test/${file.slice(1, -1)}`),
  ])
  expect(files.length).toBeGreaterThan(50)
  expect(files.filter((file) => !existsSync(pathOf(file)))).toEqual([])
})

it('compares with the versions that were measured', () => {
  const { devDependencies } = JSON.parse(read('bench/package.json')) as {
    devDependencies: Record<string, string>
  }
  const peers = ['@hono/session', '@remix-run/session', 'hono-sessions', 'iron-session']
  const comparison = read('docs/comparison.md')
  const missing = peers
    .map((name) => `${name} ${devDependencies[name]}`)
    .filter((version) => !comparison.includes(version))
  expect(missing).toEqual([])
})

it('counts the stores that the package exports', () => {
  const { exports } = JSON.parse(read('package.json')) as { exports: object }
  const stores = Object.keys(exports).filter((path) => path.startsWith('./stores/'))
  expect(read('docs/comparison.md')).toContain(`| **Stores included** | ${stores.length} |`)
})

it('the reference has a page for each import of the package, and no other', () => {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, string> }
  const imports = Object.values(exports)
    .filter((path) => path.endsWith('.js'))
    .map((path) => path.replace('./dist', 'session').replace('.js', ''))
  const { entryPoints } = JSON.parse(read('docs/typedoc.json')) as Record<string, string[]>
  const pages = globSync(entryPoints ?? [], { cwd: pathOf('docs') })
  expect(pages.map((path) => path.replace(/^.*src\/|\.tsx?$/g, '')).toSorted()).toEqual(
    imports.toSorted(),
  )
})
