import type { Store } from '../src/session/store.ts'

/** How often a session is read and written, and among how many. */
export interface Turns {
  readonly turns: number
  readonly sessions: number
}

/** What each session is. */
export const text = JSON.stringify([1_795_000_000, 1_795_000_000, { counter: 1, user: 'mary' }])

export function keyOf(i: number): string {
  return `session:${String(i).padStart(43, '0')}`
}

/** Reads and writes sessions, picked by chance. */
export async function turnsOn(store: Store, { turns, sessions }: Turns): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    const key = keyOf(Math.floor(Math.random() * sessions))
    const kept = await store.get(key)
    const { swapped } = await store.swap(key, kept, text, 3600)
    if (kept !== text || !swapped) throw new Error(`${key} is not kept`)
  }
}
