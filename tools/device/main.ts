import type { Browser } from 'playwright-core'
import { type Command, conclude, tableOf } from '../command.ts'
import type { Kind } from './app.ts'
import { startBrowser } from './browser.ts'
import { checks, isAble } from './checks.ts'
import { startSite } from './site.ts'

const row = tableOf([64, 8, 10])

export const command: Command = {
  summary:
    'Proves in a Chromium with device-bound sessions that logins bind themselves, and that a copied ' +
    'cookie jar dies. What Chromium itself reports is the oracle.',
  options: [
    {
      name: 'chromium',
      default: process.env.CHROMIUM_PATH ?? '',
      meaning: 'its program (CHROMIUM_PATH); 150 of Debian is able',
    },
    { name: 'only', default: '', meaning: 'checks whose name contains this' },
  ],
  async run({ chromium = '', only = '' }) {
    let browser: Browser
    try {
      browser = await startBrowser(chromium)
    } catch (error) {
      return notProved(`no Chromium starts: ${(error as Error).message.split('\n')[0]}`)
    }
    try {
      console.log(`Chromium ${browser.version()}`)
      const faults: string[] = []
      for (const kind of ['cookie', 'store'] as const) {
        const found = await prove(browser, kind, only)
        if (!found) return notProved('this Chromium binds no session')
        faults.push(...found)
      }
      return conclude(faults, 'Every login was bound, and no copy outlived its bound cookie')
    } finally {
      await browser.close()
    }
  },
}

/** @returns What went wrong; `null` if the browser is not able. */
async function prove(browser: Browser, kind: Kind, only: string): Promise<string[] | null> {
  const site = await startSite(kind)
  const stage = { site, browser }
  const faults: string[] = []
  try {
    if (!(await isAble(stage))) return null
    for (const [name, check] of Object.entries(checks)) {
      if (!name.includes(only)) continue
      const start = performance.now()
      await check(stage).catch((error) => faults.push(`${kind}: ${name}: ${error}`))
      row(name, kind, `${((performance.now() - start) / 1000).toFixed(1)} s`)
    }
    return faults
  } finally {
    await site.stop()
  }
}

function notProved(why: string): false {
  const advice =
    'Name the program of one that is able with --chromium or CHROMIUM_PATH. Debian’s packages ' +
    'chromium and chromium-common 150.0.7871.100 are, unpacked with dpkg -x; its 156 is not.'
  console.error(`\nNOT PROVED: ${why}.\n${advice}\n`)
  return false
}
