// npm run doctor [URL]: checks this project's set-up, and what is served at a URL. Says what to do.
// With SESSION_STORE in the environment, as for dev:node, dev:deno and dev:bun, it checks theirs.

import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { unstable_readConfig } from 'wrangler'
import { examine, type Finding, wakingFlag, wakingSince } from '../src/app/doctor.ts'

const root = join(import.meta.dirname, '..')

/** The part of wrangler.toml that is read here. */
interface Config {
  compatibility_date?: string
  compatibility_flags?: string[]
  vars: Record<string, unknown>
  kv_namespaces: { binding: string }[]
  d1_databases: { binding: string }[]
  durable_objects: { bindings: { name: string }[] }
}

async function main(): Promise<void> {
  const url = process.argv[2] ? URL.parse(process.argv[2]) : undefined
  if (url === null) {
    console.error(`doctor: ${process.argv[2]} is not a URL: give one such as https://example.com`)
    process.exit(2)
  }
  const findings = [...(await ofProject(url)), ...(url ? await ofSite(url) : [])]
  for (const { check, message, isFine } of findings) {
    console.log(`${isFine ? 'ok     ' : 'PROBLEM'}  ${check.padEnd(8)} ${message}`)
  }
  const problems = findings.filter(({ isFine }) => !isFine).length
  console.log(problems === 0 ? 'No problem found.' : `Problems: ${problems}`)
  process.exitCode = problems === 0 ? 0 : 1
}

function ofProject(url: URL | undefined): Promise<Finding[]> {
  if (process.env.SESSION_STORE !== undefined) {
    return examine({ ...devVars(), ...process.env }, { url, isServer: true })
  }
  const configPath = join(root, 'wrangler.toml')
  const config: Config = unstable_readConfig({ config: configPath }, { hideWarnings: true })
  const flags = config.compatibility_flags ?? []
  return examine(bindingsOf(config), {
    canWake: (config.compatibility_date ?? '') >= wakingSince || flags.includes(wakingFlag),
    url,
  })
}

/** What the Worker would find in its `env` during development. */
function bindingsOf(config: Config): Record<string, unknown> {
  return {
    ...process.env,
    ...config.vars,
    ...devVars(),
    ...Object.fromEntries(config.kv_namespaces.map(({ binding }) => [binding, {}])),
    ...Object.fromEntries(config.durable_objects.bindings.map(({ name }) => [name, {}])),
    ...Object.fromEntries(config.d1_databases.map(({ binding }) => [binding, localD1(binding)])),
  }
}

/** What `npm run dev` and its like read from .dev.vars. */
function devVars(): NodeJS.Dict<string> {
  const file = join(root, '.dev.vars')
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}

/** The database that wrangler keeps for development. */
function localD1(binding: string) {
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js')
  return {
    prepare: (sql: string) => ({
      async run(): Promise<void> {
        const flags = ['d1', 'execute', binding, '--local', '--json', '--command', sql]
        const asked = promisify(execFile)(process.execPath, [wrangler, ...flags], { cwd: root })
        await asked.catch(({ stdout }: { stdout: string }) => {
          throw new Error(JSON.parse(stdout).error.text)
        })
      },
    }),
  }
}

/** Asks for a page as a browser does, and looks for the cookie of a session. */
async function ofSite(url: URL): Promise<Finding[]> {
  const finding = (message: string, isFine = false) => [{ check: 'site', message, isFine }]
  const signal = AbortSignal.timeout(10_000)
  const response = await fetch(url, { signal, redirect: 'manual' }).catch((error: Error) => error)
  if (response instanceof Error) {
    const reason = response.cause instanceof Error ? response.cause.message : response.message
    return finding(`${url} does not answer: ${reason}`)
  }
  if (response.status >= 500) {
    return finding(`${url} answers ${response.status}: its log says why (npx wrangler tail)`)
  }
  const cookies = response.headers.getSetCookie()
  const found = cookies.find((line) => /;\s*HttpOnly/i.test(line) && /;\s*Secure/i.test(line))
  if (found) return finding(`${url} sets ${found.split('=')[0]}`, true)
  return finding(
    `${url} answers ${response.status} without a session cookie: give a page that changes a session`,
  )
}

await main()
