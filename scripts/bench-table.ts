import { read } from './repository.ts'

/** The names in the comparison for the rows of bench/RESULTS.md. */
const names = new Map([
  ['limit', 'written by hand, in the route'],
  ['ours', '**edge-session**, a token seen before'],
  ['ours, unseen tokens', '**edge-session**, a token not seen before'],
  ['ours, sealed', '**edge-session**, sealed, a token seen before'],
  ['hono/cookie, signed', 'hono/cookie, signed'],
  ['jose, JWS', 'jose, JWS'],
  ['remix', '@remix-run/session'],
  ['@hono/session', '@hono/session'],
  ['iron-session', 'iron-session'],
  ['hono-sessions', 'hono-sessions'],
])

/** Makes the comparison's table of what a request costs, from bench/RESULTS.md. */
export function benchTable(): string {
  const tables = ['workerd', 'Node'].map((runtime) => costs(read('bench/RESULTS.md'), runtime))
  const rows = [...names].map(([name, shown]) => {
    const cells = tables.flatMap((table) => table.get(name) ?? ['–', '–'])
    return `| ${[shown, ...cells].join(' | ')} |`
  })
  return [
    '| µs per request | workerd, read | workerd, change | Node, read | Node, change |',
    '|---|--:|--:|--:|--:|',
    ...rows,
    '',
  ].join('\n')
}

/** Reads what a read and a change cost each variant, in the first table of a runtime. */
function costs(results: string, runtime: string): Map<string, [string, string]> {
  const section = results.split(`## ${runtime}, in process\n`)[1] ?? ''
  const [head = [], , ...rows] = (section.split('\n\n').find((part) => part.includes('|')) ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const [readAt, countAt] = [head.indexOf('read'), head.indexOf('count')]
  const cost = (cells: string[], at: number) => cells[at]?.split(' ')[0] ?? '–'
  return new Map(rows.map((cells) => [cells[1] ?? '', [cost(cells, readAt), cost(cells, countAt)]]))
}
