import { existsSync, globSync } from 'node:fs'
import { extname } from 'node:path'
import { pathOf, read } from './repository.ts'

/** The files that documents show, whole or by region. */
export const examples = globSync(['test/readme/*', 'test/docs/**/*'], { cwd: pathOf('') })
  .filter(
    (path) => /\.(tsx?|toml|jsonc?)$/.test(path) && !/tsconfig|\.test\.|\/index\.ts$/.test(path),
  )
  .map((path) => path.replace('.pending.', '.'))
  .toSorted()

/**
 * Makes the code block that `<!-- code: path#region -->` stands for, with its fences.
 *
 * Regions lie between `// #region name` and `// #endregion`; the indentation that their lines share is
 * removed. Imports read as a user of the package writes them.
 *
 * @throws {Error} When there is no such file or region.
 */
export function codeBlock(path: string, region?: string): string {
  const text = readExample(path)
    .replaceAll(/'(?:\.\.\/)+src\/session\/index\.ts'/g, "'edge-session'")
    .replaceAll(/'(?:\.\.\/)+src\/session\/([\w/-]+)\.tsx?'/g, "'edge-session/$1'")
  const code = region === undefined ? withoutMarks(text) : regionOf(text, region)
  if (code === undefined) throw new Error(`${path} has no region ${region}`)
  return `\`\`\`${extname(path).slice(1)}\n${code}\`\`\`\n`
}

/** Reads an example, or the one that waits for its name to be built: `login.pending.ts`. */
function readExample(path: string): string {
  const waiting = path.replace(/(\.test)?\.(\w+)$/, '$1.pending.$2')
  return read(existsSync(pathOf(path)) ? path : waiting)
}

function withoutMarks(text: string): string {
  return text.replaceAll(/^ *(?:\/\/|#) #(?:region|endregion).*\n/gm, '')
}

function regionOf(text: string, name: string): string | undefined {
  const mark = new RegExp(`^ *(?://|#) #region ${name}\\n(.*?)^ *(?://|#) #endregion`, 'ms')
  const code = mark.exec(text)?.[1]
  if (code === undefined) return undefined
  const indents = [...code.matchAll(/^ *(?=\S)/gm)].map(([indent]) => indent.length)
  return code.replaceAll(new RegExp(`^ {${Math.min(...indents)}}`, 'gm'), '')
}
