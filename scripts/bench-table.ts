import { read } from './repository.ts'

/** The names in the comparison for the rows of bench/RESULTS.md. */
const names = new Map([
  ['limit, first sight', 'written by hand, in the route'],
  ['limit, as safe, first sight', 'the same, as safe for caches and constants'],
  ['ours', '**edge-session**, a token seen before'],
  ['ours, first sight', '**edge-session**, at first sight'],
  ['ours, sealed, first sight', '**edge-session**, sealed, at first sight'],
  ['hono/cookie, signed, first sight', 'hono/cookie, signed'],
  ['jose, JWS, first sight', 'jose, JWS'],
  ['remix, first sight', '@remix-run/session'],
  ['@hono/session, first sight', '@hono/session'],
  ['iron-session, first sight', 'iron-session'],
  ['hono-sessions, first sight', 'hono-sessions'],
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
