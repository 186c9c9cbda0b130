import { globSync } from 'node:fs'
import { benchTable } from './bench-table.ts'
import { codeBlock } from './examples.ts'
import { pathOf, read } from './repository.ts'
import { slug } from './slug.js'

/** Every document of the repository, by its path from the root. */
export const documents = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], {
  cwd: pathOf(''),
  exclude: ['**/node_modules/**', 'docs/.vitepress/**', 'docs/reference/**'],
}).toSorted()

/** Fills in what the comments of a document name: `<!-- code: path#region -->`, `<!-- bench table -->`. */
export function complete(text: string): string {
  const code = /^<!-- code: ([^\s#]+)(?:#(\S+))? -->\n(?:```.*?^```\n)?/gms
  const table = /^(<!-- bench table -->\n\n).*?(?=^$)/ms
  return text
    .replaceAll(code, (whole, path: string, region?: string) => {
      const comment = whole.slice(0, whole.indexOf('\n') + 1)
      return comment + codeBlock(path, region)
    })
    .replace(table, (_, comment: string) => comment + benchTable())
}

/** Reads a document without its code blocks, in which `#` begins no heading. */
export function prose(path: string): string {
  return read(path).replace(/^```.*?^```$/gms, '')
}

/** Lists the anchors that GitHub gives the headings of a document. */
export function anchors(path: string): string[] {
  return [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading))
}
