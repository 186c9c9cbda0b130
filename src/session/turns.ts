import { StoreError } from './errors.ts'
import type { Store, Swap } from './store.ts'

const patience = 10_000 // milliseconds
const silence = 500 // milliseconds: a Worker's request just stops when its client hangs up

/** Swaps what is kept under the key whose turn it is. */
export type Swapper = (before: string | null, after: string | null, ttl: number) => Promise<Swap>

/** Where a request gets in line: behind all others, or behind the one whose turn it is. */
export type Place = 'last' | 'next'

/** A request that changes what is kept under a key, or waits to. */
interface Turn {
  /** When it last had something to do, in milliseconds since the epoch. */
  seen: number
  /** Tells it that its turn has come. */
  wake: () => void
}

/** The requests of this process that change what is kept under one key, first come first served. */
interface Line {
  readonly turns: Turn[]
  /** What the turn before found or left; `undefined`: it is not known. */
  kept?: string | null | undefined
}

const lines = new Map<string, Line>()

/**
 * Has the requests of this process that change one key do so one after the other. So only processes
 * compete, and nobody is overtaken.
 *
 * It is a courtesy and no lock: that no update is lost is the store's doing. So a turn that shows no
 * sign of life is passed over. In a Worker one request wakes another here, which is sound from
 * `compatibility_date` 2024-10-14 on
 * (https://developers.cloudflare.com/workers/configuration/compatibility-flags/).
 *
 * @param place - Where it stands in line.
 * @param work - Is given a swap that answers from what the turn before has left, where that is enough.
 * @throws {StoreError} When the turn has not come in 10 seconds.
 */
export async function inTurn<T>(
  store: Store,
  key: string,
  place: Place,
  work: (swap: Swapper) => Promise<T>,
): Promise<T> {
  const turn: Turn = { seen: Date.now(), wake: () => {} }
  try {
    await come(key, turn, place)
    return await work(async (before, after, ttl) => {
      turn.seen = Date.now()
      const line = lineAt(key)
      const { kept } = line
      line.kept = undefined
      if (kept !== undefined && kept !== before) return { swapped: false, kept }
      const swap = await store.swap(key, before, after, ttl)
      line.kept = swap.kept
      return swap
    })
  } finally {
    leave(key, turn)
  }
}

/** Waits in line until nobody alive is ahead. */
async function come(key: string, turn: Turn, place: Place): Promise<void> {
  for (const end = Date.now() + patience; ; ) {
    turn.seen = Date.now()
    const line = lineAt(key)
    const { turns } = line
    while (turns[0] && !isAlive(turns[0])) {
      turns.shift()
      line.kept = undefined // what it left may be long ago
    }
    if (!turns.includes(turn)) turns.splice(place === 'next' ? 1 : turns.length, 0, turn)
    if (turns[0] === turn) return
    if (Date.now() > end) throw new StoreError('session: too many requests change this session')
    await nap(turn)
  }
}

/** Waits to be woken. It wakes by itself, too, to show that it is there, and to see who is not. */
async function nap(turn: Turn): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  turn.wake = resolve
  const timer = setTimeout(resolve, silence / 2)
  await promise
  clearTimeout(timer)
}

function leave(key: string, turn: Turn): void {
  const { turns } = lineAt(key)
  const place = turns.indexOf(turn)
  if (place === 0) next(turns)
  else if (place > 0) turns.splice(place, 1)
  if (turns.length === 0) lines.delete(key)
}

/** Ends the turn of who comes first, and begins the turn of who comes after. */
function next(turns: Turn[]): void {
  turns.shift()
  while (turns[0] && !isAlive(turns[0])) turns.shift()
  turns[0]?.wake()
}

function lineAt(key: string): Line {
  let line = lines.get(key)
  if (!line) forget()
  line ??= { turns: [] }
  lines.delete(key) // and last again: the first is the one that nothing moved in for longest
  lines.set(key, line)
  return line
}

/** Drops the oldest lines, as long as nothing moves in them. */
function forget(): void {
  for (const [key, { turns }] of lines) {
    if (turns[0] && isAlive(turns[0])) return
    lines.delete(key)
  }
}

function isAlive({ seen }: Turn): boolean {
  return Date.now() - seen < silence
}
