import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { root, run, toolbox } from './consumer.ts'

const bin = (name: string) => join(toolbox, 'node_modules/.bin', name)

describe('the tarball', () => {
  it('holds what is exported, its documents and migrations, and nothing else', () => {
    const paths = inject('packed').files.map(({ path }) => path)
    const known = /^(dist\/.+\.(js|d\.ts)|migrations\/.+\.sql|package\.json|README\.md|LICENSE)$/
    expect(paths.filter((path) => !known.test(path))).toEqual([])
    const exported = Object.values(manifest.exports).map((path) => path.replace('./', ''))
    const files = exported.filter((path) => !path.includes('*'))
    expect(paths).toEqual(expect.arrayContaining(files))
    expect(paths.filter((path) => /test\W/.test(path))).toEqual([])
  })

  it('unpacks to at most 200 kB', () => {
    expect(inject('packed').unpackedSize).toBeLessThanOrEqual(200_000)
  })

  it('passes publint', async () => {
    const { code, output } = await run(root, bin('publint'), inject('tarball'), '--strict')
    expect(output).toContain('All good!')
    expect(code).toBe(0)
  })

  it('passes "are the types wrong" as an ESM-only package', async () => {
    const flags = ['--profile', 'esm-only', '--no-emoji', '--format', 'ascii']
    expect(await run(root, bin('attw'), inject('tarball'), ...flags)).toMatchObject({ code: 0 })
  })

  it('needs hono alone at run time', () => {
    expect(manifest).not.toHaveProperty('dependencies')
    expect(Object.keys(manifest.peerDependencies)).toEqual(['hono'])
  })
})
