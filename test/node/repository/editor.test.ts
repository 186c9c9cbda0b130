import { execFileSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'

const root = new URL('../../..', import.meta.url).pathname

/** What others wrote, projects of their own, and a tool that runs in workerd. */
const exempt = /\/node_modules\/|^test\/package\/fixtures\/|^tools\/serve\/worker\.ts$/

it('every source file is in the project that an editor opens it with', () => {
  const sources = globSync('{src,test,tools,scripts}/**/*.{ts,tsx}', { cwd: root }).filter(
    (path) => !exempt.test(path),
  )
  const strays = [...Map.groupBy(sources, nearestProject)].flatMap(([project, paths]) => {
    const listed = new Set(listFiles(project))
    return paths.filter((path) => !listed.has(path))
  })
  expect(strays).toEqual([])
})

/** Finds the folder of the tsconfig.json that an editor takes for a file. */
function nearestProject(path: string): string {
  const folder = dirname(path)
  return existsSync(join(root, folder, 'tsconfig.json')) ? folder : nearestProject(folder)
}

function listFiles(project: string): string[] {
  const listed = execFileSync('npx', ['tsc', '-p', project, '--listFilesOnly'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
  })
  return listed.split('\n').map((path) => relative(root, path))
}
