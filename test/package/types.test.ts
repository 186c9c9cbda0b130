import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { type Project, project, root, run, toolbox } from './consumer.ts'

const compilers = {
  'TypeScript 5.5': join(toolbox, 'node_modules/typescript-5.5/bin/tsc'),
  'TypeScript 5.9': join(toolbox, 'node_modules/typescript-5.9/bin/tsc'),
  'TypeScript 7': join(root, 'node_modules/typescript/bin/tsc'),
}
const lowest = manifest.peerDependencies.hono.replace('^', '')
const newest = manifest.devDependencies.hono

const strict = {
  target: 'ES2022',
  lib: ['ES2022'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
}
const settings = {
  // A Worker, as Cloudflare's templates set it up: the runtime's types come from wrangler.
  Bundler: {
    compilerOptions: {
      ...strict,
      module: 'ESNext',
      moduleResolution: 'Bundler',
      types: ['./runtime.d.ts'],
    },
    files: ['everywhere.ts', 'workers.ts'],
  },
  NodeNext: {
    compilerOptions: {
      ...strict,
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      types: ['node'],
    },
    files: ['everywhere.ts'],
  },
}

describe.each([`hono@${lowest}`, `hono@${newest}`])('the declarations, with %s', (hono) => {
  let user: Project
  beforeAll(async () => {
    user = await project(inject('tarball'), hono, '@types/node@22')
    await user.copy('everywhere.ts')
    await user.copy('workers.ts')
    for (const [name, tsconfig] of Object.entries(settings)) {
      await user.write(`tsconfig.${name}.json`, tsconfig)
    }
    await user.write('wrangler.toml', 'name = "user"\ncompatibility_date = "2026-10-23"\n')
    const wrangler = [join(root, 'node_modules/wrangler/bin/wrangler.js'), 'types']
    const flags = ['--include-env=false', 'runtime.d.ts']
    const types = await run(user.directory, process.execPath, ...wrangler, ...flags)
    if (types.code !== 0) throw new Error(types.output)
  })
  afterAll(() => user?.remove())

  describe.each(Object.entries(compilers))('%s', (_, compiler) => {
    it.each(Object.keys(settings))('compile under %s', async (name) => {
      const flags = ['--pretty', 'false', '-p', `tsconfig.${name}.json`]
      const { output } = await run(user.directory, process.execPath, compiler, ...flags)
      // Declarations of others may have errors, as hono's have without the DOM: ours are to have none.
      const lines = output.split('\n').filter((line) => /error TS/.test(line))
      const ours = lines.filter((line) => !/^node_modules\/(?!edge-session\/)|^runtime/.test(line))
      expect(ours).toEqual([])
    })
  })
})
