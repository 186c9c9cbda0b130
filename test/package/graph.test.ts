import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { type Project, project } from './consumer.ts'

/** Bytes, minified and gzipped, that an import adds to an app that has hono; to the core, where one is named. */
const budgets: Record<string, number> = {
  "import { session } from 'edge-session'": 12_000,
  "import { csrf, csrfToken, session } from 'edge-session'": 13_000,
  './testing': 4_200, // its reader of forms
  './device': 6_000,
  './inspector': 7_300,
  './codecs/base64url': 500,
  './codecs/pyramid': 1_400,
  './stores/sql': 1_300, // two dialects, the schema and the sweep
}
const budgetOfStore = 700

const names = Object.entries(manifest.exports)
  .filter(([, file]) => file.startsWith('./dist/'))
  .map(([name]) => name)
const paths = names.filter((name) => name !== '.')

let user: Project
beforeAll(async () => {
  user = await project(inject('tarball'), `hono@${manifest.devDependencies.hono}`)
})
afterAll(() => user?.remove())

describe('an import of the core', () => {
  it.each(Object.keys(budgets).filter((each) => each.startsWith('import')))(
    'keeps to its size: %s',
    async (statement) => {
      const { code } = await bundle(statement.replace('import', 'export'))
      expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(budgets[statement] as number)
    },
  )

  it('pulls in no store, no codec of another, and nothing of one runtime', async () => {
    const { code, moduleIds, imports } = await bundle("export * from 'edge-session'")
    const foreign = /dist\/(stores\/|testing|inspector|device|codecs\/pyramid)/
    expect(moduleIds.filter((id) => foreign.test(id))).toEqual([])
    expect(imports.filter((id) => !id.startsWith('hono'))).toEqual([])
    expect(code).not.toMatch(/\bprocess\.|\bDeno\.|\bBun\.|\brequire\(/)
  })
})

describe('an import by path', () => {
  it.each(paths)('adds no more than its budget to the core: %s', async (path) => {
    const specifier = path.replace('.', 'edge-session')
    const core = "export * from 'edge-session'"
    const [alone, both] = await Promise.all(
      [core, `${core}\nexport * as part from '${specifier}'`].map(async (each) => {
        return gzipSync((await bundle(each)).code, { level: 9 }).length
      }),
    )
    const budget = budgets[path] ?? (path.startsWith('./stores/') ? budgetOfStore : undefined)
    expect(budget, `${path} has no budget: give it one in this file`).toBeDefined()
    expect((both as number) - (alone as number)).toBeLessThanOrEqual(budget as number)
  })

  it('reaches the runtime of Workers in the Durable Object store alone', async () => {
    const runtimes = names.map(async (name) => {
      const { imports } = await bundle(`export * from '${name.replace('.', 'edge-session')}'`)
      return [name, imports.filter((id) => !id.startsWith('hono'))]
    })
    const found = Object.fromEntries(await Promise.all(runtimes))
    const expected = Object.fromEntries(names.map((name) => [name, [] as string[]]))
    expect(found).toEqual({ ...expected, './stores/durable-object': ['cloudflare:workers'] })
  })
})

describe('what the tarball says of itself', () => {
  it('marks nothing as having side effects', () => {
    const file = join(user.directory, 'node_modules/edge-session/package.json')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ sideEffects: false })
  })

  it('drops an import that is not used', async () => {
    expect((await bundle("import 'edge-session'\nexport {}")).code.trim()).toBe('')
  })
})

/** Bundles one statement of the user's project, with hono left out. */
async function bundle(statement: string): Promise<Rolldown.OutputChunk> {
  const entry = join(user.directory, 'entry.js')
  const built = await build({
    root: user.directory,
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        load: (id) => (id === entry ? statement : null),
        resolveId: (id) => (id === entry ? entry : null),
      },
    ],
    ssr: { target: 'webworker', noExternal: true },
    build: {
      ssr: entry,
      write: false,
      minify: true,
      rolldownOptions: {
        external: (id) => /^(hono|cloudflare:)/.test(id),
        output: { codeSplitting: false },
      },
    },
  })
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput]
  return output[0]
}
