import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BrowserServer, chromium, type LaunchOptions } from 'playwright-core'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    chromium: string
  }
}

const root = fileURLToPath(new URL('../../..', import.meta.url))

const args = [
  // Without these Chromium looks for updates, which a closed network prevents.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // For attacks between several sites over TLS, all of which are this machine.
  '--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.workers.dev 127.0.0.1',
  '--ignore-certificate-errors',
]

// Playwright sets it, but the tests of the back button need the cache.
const ignoreDefaultArgs = ['--disable-back-forward-cache']

/** Starts the Chromium that all browser tests share, and provides its address to them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const browser = await launch()
  project.provide('chromium', browser.wsEndpoint())
  return () => browser.close()
}

async function launch(): Promise<BrowserServer> {
  try {
    return await chromium.launchServer({ ...(await whichChromium()), args, ignoreDefaultArgs })
  } catch (cause) {
    throw new Error(
      'The browser tests found no Chromium that starts. ' +
        'Install Chrome, or set CHROMIUM_PATH to the program of a Chromium.',
      { cause },
    )
  }
}

async function whichChromium(): Promise<LaunchOptions> {
  const executablePath = process.env.CHROMIUM_PATH
  if (executablePath) return { executablePath }
  if (process.platform === 'linux' && process.arch === 'x64') return packagedChromium()
  return { channel: 'chrome' }
}

/** Unpacks the Chromium that came with `npm ci`, with the fonts and system libraries it needs. */
async function packagedChromium(): Promise<LaunchOptions> {
  const directory = join(root, 'node_modules/.cache/chromium')
  if (!existsSync(directory)) await unpack(directory)
  return {
    executablePath: join(directory, 'chromium'),
    env: {
      ...process.env,
      FONTCONFIG_FILE: join(directory, 'fonts.conf'),
      LD_LIBRARY_PATH: join(directory, 'al2023/lib'),
    },
  }
}

async function unpack(directory: string): Promise<void> {
  await mkdir(join(directory, '..'), { recursive: true })
  const unfinished = await mkdtemp(`${directory}-`)
  const script = `import chromium from '@sparticuz/chromium'; await chromium.executablePath()`
  // It unpacks to TMPDIR, and the libraries only if it seems to run on Lambda.
  const env = { ...process.env, TMPDIR: unfinished, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' }
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    env,
  })
  const fonts = `<fontconfig><dir>${directory}/fonts</dir><cachedir>${directory}/cache</cachedir></fontconfig>`
  await writeFile(join(unfinished, 'fonts.conf'), fonts)
  await rename(unfinished, directory)
}
