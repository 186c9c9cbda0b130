import { globSync, readFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url)

/** Every document of the repository, by its path from the root. */
export const documents = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], {
  cwd: root,
  exclude: ['**/node_modules/**'],
}).toSorted()

export function pathOf(path: string): URL {
  return new URL(path, root)
}

export function read(path: string): string {
  return readFileSync(pathOf(path), 'utf8')
}

/** Reads a document without its code blocks, in which `#` begins no heading. */
export function prose(path: string): string {
  return read(path).replace(/^ *```.*?^ *```$/gms, '')
}
