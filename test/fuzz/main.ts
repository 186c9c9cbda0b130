// Sends a site a million cookies, payloads and CSRF tokens that it did not make, or only nearly, and
// some that it did. Ends with 1 when it honoured one of the former, refused one of the latter or failed.
// npm run fuzz -- --count 100000 --seed 42 --only signed
import { parseArgs } from 'node:util'
import { start } from './door.ts'
import type { Figures, Outcome } from './target.ts'
import { targets } from './targets.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', default: '' },
  },
})
const seed = Number(values.seed)
const columns: Outcome[] = [
  'accepted',
  'absent',
  'forged',
  'malformed',
  'unknown',
  'expired',
  'duplicate',
  'refused',
]

Date.now = () => start * 1000 // a session that is valid stays so

const all = await targets()
const chosen = all.filter(({ name }) => name.startsWith(values.only))
const count = Math.ceil(Number(values.count) / chosen.length)
const faults: string[] = []
let inputs = 0

console.log(`seed ${seed}`)
row('target', 'inputs', ...columns, 'errors', 'seconds', 'inputs/s')
for (const { name, run } of chosen) {
  const figures = await run({ count, seed })
  inputs += print(name, figures)
  if (figures.fault !== null) faults.push(`${name}: ${figures.fault}`)
}
for (const fault of faults) console.error(`\nfailed: ${fault}`)
console.log(faults.length === 0 ? `${inputs} inputs, none did harm` : `${faults.length} failed`)
process.exitCode = faults.length === 0 ? 0 : 1

function print(name: string, { outcomes, seconds, fault }: Figures): number {
  const counts = columns.map((outcome) => outcomes.get(outcome) ?? 0)
  const sum = counts.reduce((a, b) => a + b, 0)
  const rest = [fault === null ? '0' : '1', seconds.toFixed(1), (sum / seconds).toFixed(0)]
  row(name, String(sum), ...counts.map(String), ...rest)
  return sum
}

function row(name: string, ...cells: string[]): void {
  console.log(name.padEnd(18) + cells.map((cell) => cell.padStart(11)).join(''))
}
