import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import manifest from '../../../package.json' with { type: 'json' }

/** The part of wrangler.toml that is read here. */
interface Config {
  secrets?: { required?: string[] }
  vars: Record<string, unknown>
  kv_namespaces: { binding: string }[]
  d1_databases: { binding: string }[]
  durable_objects: { bindings: { name: string }[] }
}

const root = join(import.meta.dirname, '../../..')
const config: Config = unstable_readConfig(
  { config: join(root, 'wrangler.toml') },
  { hideWarnings: true },
)

it('.dev.vars.example names each required secret, and gives none a value', () => {
  // Cloudflare's deploy button makes a production secret of every line, with the value it finds.
  const lines = readFileSync(join(root, '.dev.vars.example'), 'utf8').split('\n')
  const given = lines.filter((line) => line !== '' && !line.startsWith('#'))
  expect(given).toEqual((config.secrets?.required ?? []).map((name) => `${name}=`))
})

it('package.json describes each binding that the deploy button shows', () => {
  const bindings = [
    ...(config.secrets?.required ?? []),
    ...Object.keys(config.vars),
    ...config.kv_namespaces.map(({ binding }) => binding),
    ...config.d1_databases.map(({ binding }) => binding),
    ...config.durable_objects.bindings.map(({ name }) => name),
  ]
  expect(Object.keys(manifest.cloudflare.bindings).toSorted()).toEqual(bindings.toSorted())
})

it('a deployment makes the table of D1, by the name of its binding', () => {
  const [database] = config.d1_databases
  expect(manifest.scripts.deploy).toContain('npm run migrate -- --remote')
  expect(manifest.scripts.migrate).toBe(`wrangler d1 migrations apply ${database?.binding}`)
})
