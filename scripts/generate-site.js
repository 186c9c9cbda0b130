// Makes the site's files that depend on its source: a style sheet whose name is a hash of its text, so that
// browsers may keep it for good, and the code that each page shows of itself.
// wrangler.toml runs this before it serves or deploys; a test proves that what is committed is the same.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)

/** What each page shows: a file, and how the first line of each excerpt begins. */
const excerpts = {
  counter: ['src/app/routes/counter.tsx', ".get('/',", 'function countVisit('],
  cart: ['src/app/routes/cart.tsx', ".post('/', csrf(),"],
  session: ['src/app/routes/login.ts', ".post('/login', csrf(),"],
}

/**
 * Makes the files, by their paths from the project's root.
 *
 * @returns {Map<string, string>}
 */
export function siteFiles() {
  const style = read('src/app/style.css') + inspectorStyle()
  const name = `style-${createHash('sha256').update(style).digest('hex').slice(0, 8)}.css`
  const pages = Object.entries(excerpts).map(([page, [path = '', ...starts]]) => {
    const text = starts.map((start) => excerpt(path, start)).join('\n\n')
    return `  ${page}: {\n    path: '${path}',\n    text: ${literal(text)},\n  },\n`
  })
  const module = [
    '// Made by scripts/generate-site.js. Change what it is made of.',
    `/** Where browsers find the style sheet, under a name that changes with it. */\nexport const styleSheet = '/${name}'`,
    `/** Where the project is at home. */\nexport const repository = '${repository()}'`,
    `/** What each page shows of its own code. */\nexport const pageCode = {\n${pages.join('')}}`,
  ]
  return new Map([
    [`public/${name}`, style],
    ['src/app/generated.ts', `${module.join('\n\n')}\n`],
  ])
}

/** The part of the style sheet that the library's inspector brings. */
function inspectorStyle() {
  const module = read('src/session/inspector/style.ts')
  return /inspectorStyle = `(.*?)`/s.exec(module)?.[1] ?? ''
}

/**
 * Lists the style sheets that siteFiles() made of earlier versions.
 *
 * @returns {string[]}
 */
export function staleFiles() {
  const current = siteFiles()
  const sheets = readdirSync(new URL('public', root)).filter((name) => /^style-.*\.css$/.test(name))
  return sheets.map((name) => `public/${name}`).filter((path) => !current.has(path))
}

/**
 * Cuts a call or function out of a source file: from the line that begins so to the line that closes it.
 *
 * @param {string} path
 * @param {string} start
 */
function excerpt(path, start) {
  const lines = read(path).split('\n')
  const first = lines.findIndex((line) => line.trimStart().startsWith(start))
  const indent = /^ */.exec(lines[first] ?? '')?.[0] ?? ''
  const last = lines.findIndex((line, i) => i > first && line.startsWith(`${indent}}`))
  if (first < 0 || last < 0) throw new Error(`${path}: nothing begins with ${start}`)
  return lines
    .slice(first, last + 1)
    .map((line) => line.slice(indent.length))
    .join('\n')
}

/** @param {string} text */
function literal(text) {
  return `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``
}

function repository() {
  const { homepage = 'https://github.com/your-name/edge-session' } = JSON.parse(
    read('package.json'),
  )
  return homepage.replace(/#.*/, '')
}

/** @param {string} path */
function read(path) {
  return readFileSync(new URL(path, root), 'utf8')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of staleFiles()) rmSync(new URL(path, root))
  for (const [path, text] of siteFiles()) {
    // Rewriting a file that has not changed would restart `wrangler dev`.
    const isThere = (() => {
      try {
        return read(path) === text
      } catch {
        return false
      }
    })()
    if (!isThere) writeFileSync(new URL(path, root), text)
  }
}
