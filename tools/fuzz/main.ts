import { type Command, conclude, tableOf } from '../command.ts'
import { start } from './door.ts'
import type { Figures, Outcome } from './target.ts'
import { targets } from './targets.ts'

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
const row = tableOf([18, 11])

export const command: Command = {
  summary:
    'Sends a million cookies, payloads and CSRF tokens that the server did not make, or only nearly, ' +
    'and some that it did. Fails if one of the former was honored, one of the latter refused, or ' +
    'anything threw.',
  options: [
    { name: 'count', default: '1000000', meaning: 'inputs in all (1000000)' },
    { name: 'seed', default: String(Date.now() % 2 ** 31), meaning: 'repeats the inputs of a run' },
    { name: 'only', default: '', meaning: 'targets whose name starts with this' },
  ],
  async run({ count, seed, only = '' }) {
    Date.now = () => start * 1000 // so that no session expires during the run
    const chosen = (await targets()).filter(({ name }) => name.startsWith(only))
    const trial = { count: Math.ceil(Number(count) / chosen.length), seed: Number(seed) }
    const faults: string[] = []
    let inputs = 0
    console.log(`seed ${seed}`)
    row('target', 'inputs', ...columns, 'errors', 'seconds', 'inputs/s')
    for (const { name, run } of chosen) {
      const figures = await run(trial)
      inputs += print(name, figures)
      if (figures.fault !== null) faults.push(`${name}: ${figures.fault}`)
    }
    return conclude(faults, `${inputs} inputs, none did harm`)
  },
}

function print(name: string, { outcomes, seconds, fault }: Figures): number {
  const counts = columns.map((outcome) => outcomes.get(outcome) ?? 0)
  const sum = counts.reduce((a, b) => a + b, 0)
  const rest = [fault === null ? '0' : '1', seconds.toFixed(1), (sum / seconds).toFixed(0)]
  row(name, String(sum), ...counts.map(String), ...rest)
  return sum
}
