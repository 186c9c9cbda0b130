// Runs before `npm run dev`: makes sure that .dev.vars has a SESSION_SECRET, and keeps an existing one.

import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../.dev.vars', import.meta.url)
const text = existsSync(file) ? readFileSync(file, 'utf8') : ''

if (!/^[ \t]*(export[ \t]+)?SESSION_SECRET[ \t]*=[ \t]*(?!""|'')[^\s#]/m.test(text)) {
  const newline = text === '' || text.endsWith('\n') ? '' : '\n'
  const secret = randomBytes(32).toString('base64url')
  writeFileSync(file, `${text}${newline}SESSION_SECRET="${secret}"\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  console.log('Wrote a random SESSION_SECRET to .dev.vars, for development.')
}
