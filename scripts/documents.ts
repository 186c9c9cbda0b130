import { globSync, readFileSync } from 'node:fs'
import { codeBlock } from './examples.ts'

const root = new URL('../', import.meta.url)

/** Every document of the repository, by its path from the root. */
export const documents = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], {
  cwd: root,
  exclude: ['**/node_modules/**', 'docs/.vitepress/**'],
}).toSorted()

export function pathOf(path: string): URL {
  return new URL(path, root)
}

export function read(path: string): string {
  return readFileSync(pathOf(path), 'utf8')
}

/** Gives a document the code that its comments `<!-- code: path#region -->` name. */
export function withCode(text: string): string {
  return text.replaceAll(
    /^<!-- code: ([^\s#]+)(?:#(\S+))? -->\n(?:```.*?^```\n)?/gms,
    (whole, path: string, region?: string) =>
      `${whole.slice(0, whole.indexOf('\n') + 1)}${codeBlock(path, region)}`,
  )
}

/** Reads a document without its code blocks, in which `#` begins no heading. */
export function prose(path: string): string {
  return read(path).replace(/^```.*?^```$/gms, '')
}

/** Lists the anchors that GitHub gives the headings of a document. */
export function anchors(path: string): string[] {
  return [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}
