// Runs what takes longer than a test: node tools/cli.ts COMMAND [options]
import { parseArgs } from 'node:util'
import type { Command } from './command.ts'

const commands: Record<string, () => Promise<{ command: Command }>> = {
  device: () => import('./device/main.ts'),
  fuzz: () => import('./fuzz/main.ts'),
  proof: () => import('./proof/main.ts'),
  pyramid: () => import('./pyramid/main.ts'),
  soak: () => import('./soak/main.ts'),
}

const [name = '', ...args] = process.argv.slice(2)
const load = commands[name]

// Servers and workerd end with this process, whatever ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

if (load) await start((await load()).command)
else await listCommands()

async function start({ summary, options, run }: Command): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(options.map((each) => [each.name, { type: 'string' }])),
    },
  })
  if (values.help) {
    console.log(`${summary}\n\nnode tools/cli.ts ${name} [options]`)
    for (const each of options) console.log(`  --${each.name.padEnd(14)}${each.meaning}`)
    return
  }
  const defaults = Object.fromEntries(options.map((each) => [each.name, each.default]))
  const isFine = await run({ ...defaults, ...(values as Record<string, string>) })
  process.exitCode = isFine ? 0 : 1
}

async function listCommands(): Promise<void> {
  console.log('node tools/cli.ts COMMAND [options]; COMMAND --help lists its options\n')
  for (const [each, load] of Object.entries(commands)) {
    console.log(`  ${each.padEnd(10)}${(await load()).command.summary}`)
  }
  process.exitCode = ['', '--help', '-h'].includes(name) ? 0 : 2
}
