import { readFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)

/** The address of a file of the repository, by its path from the root. */
export function pathOf(path: string): URL {
  return new URL(path, root)
}

export function read(path: string): string {
  return readFileSync(pathOf(path), 'utf8')
}
