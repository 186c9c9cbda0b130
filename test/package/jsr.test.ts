import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, run } from './consumer.ts'

const deno = join(root, 'node_modules/.bin/deno')
const { exports } = JSON.parse(readFileSync(join(root, 'deno.json'), 'utf8')) as {
  exports: Record<string, string>
}

// Deno counts the types of an npm package that it finds in node_modules as private ones of ours.
const ofOthers =
  /private type '(Context|MiddlewareHandler|Hono|HTTPException|Cookie(Prefix)?Options|DurableObject)'/

describe('the package for JSR', () => {
  it('has the exports of package.json', async () => {
    const flags = ['tools/deno-manifest.ts', '--check']
    expect(await run(root, process.execPath, ...flags)).toMatchObject({ code: 0 })
  })

  it('could be published: no slow types, nothing unresolved', async () => {
    const { code, output } = await run(root, deno, 'publish', '--dry-run', '--allow-dirty')
    expect(output).toContain('Dry run complete')
    expect(code).toBe(0)
  })

  it('passes deno lint', async () => {
    expect(await run(root, deno, 'lint')).toMatchObject({ code: 0 })
  })

  it('documents every public symbol', async () => {
    const { output } = await run(root, deno, 'doc', '--lint', ...Object.values(exports))
    const problems = output.match(/^error\[.*\n.*$/gm) ?? []
    expect(problems.filter((problem) => !ofOthers.test(problem))).toEqual([])
  })
})
