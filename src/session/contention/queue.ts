import type { Store, Swap } from '../store.ts'
import type { Budget } from './budget.ts'

/** Milliseconds without activity after which a waiting request is skipped: its client hung up. */
const staleAfter = 500

/** Where a request queues: behind all others, or behind the one that is at work. */
export type Place = 'last' | 'next'

/** Compares and swaps what is kept under the key that was queued for. */
export type SwapKey = (before: string | null, after: string | null, ttl: number) => Promise<Swap>

/** A request that changes a key, or waits for its turn. */
interface Turn {
  /** In milliseconds since the epoch. */
  lastActive: number
  wake: () => void
}

/** The requests of this process that change one key, or have changed it a moment ago. */
interface Lane {
  readonly turns: Turn[]
  /** In milliseconds since the epoch. Soon after it the lane is forgotten, when another key queues. */
  lastActive: number
  /** The value, as the previous turn left it; `undefined`: not known, or too old. */
  known?: string | null | undefined
}

/**
 * The requests of this process that change one store, which take turns key by key. So only processes
 * compete, and no request is overtaken.
 *
 * This is an optimization, not a lock: correctness comes from the store's compare-and-swap. So a
 * request without activity is skipped, since on Workers a request whose client hangs up
 * just stops.
 */
class Queue {
  readonly #lanes = new Map<string, Lane>()

  /**
   * Runs `work` when the requests before it are done.
   *
   * @throws {Error} When the budget is spent before that.
   */
  async run<T>(job: Job, work: (swap: SwapKey) => Promise<T>): Promise<T> {
    const turn: Turn = { lastActive: Date.now(), wake: () => {} }
    try {
      await this.#waitForTurn(job, turn)
    } catch (error) {
      this.#leave(job.key, turn)
      throw error
    }
    const sign = setInterval(() => {
      turn.lastActive = Date.now()
    }, staleAfter / 2)
    try {
      return await work((...given) => this.#swap(job, turn, given))
    } finally {
      clearInterval(sign)
      this.#leave(job.key, turn)
    }
  }

  /** Swaps, or answers from the cached value if that is not `before`. */
  async #swap({ store, key }: Job, turn: Turn, given: Parameters<SwapKey>): Promise<Swap> {
    turn.lastActive = Date.now()
    const lane = this.#laneOf(key)
    const { known } = lane
    lane.known = undefined
    if (known !== undefined && known !== given[0]) return { swapped: false, kept: known }
    const result = await store.swap(key, ...given)
    lane.known = result.kept
    return result
  }

  async #waitForTurn({ key, place, budget }: Job, turn: Turn): Promise<void> {
    for (;;) {
      turn.lastActive = Date.now()
      const lane = this.#laneOf(key)
      const { turns } = lane
      while (turns[0] && isStale(turns[0])) {
        turns.shift()
        lane.known = undefined // the value may be stale
      }
      if (!turns.includes(turn)) turns.splice(place === 'next' ? 1 : turns.length, 0, turn)
      if (turns[0] === turn) return
      const longest = Math.min(staleAfter / 2, budget.left)
      await budget.spend(() => sleepUntilWoken(turn, longest))
    }
  }

  #leave(key: string, turn: Turn): void {
    const { turns } = this.#laneOf(key)
    const at = turns.indexOf(turn)
    if (at >= 0) turns.splice(at, 1)
    while (turns[0] && isStale(turns[0])) turns.shift()
    turns[0]?.wake()
  }

  #laneOf(key: string): Lane {
    let lane = this.#lanes.get(key)
    if (!lane) this.#dropStale()
    lane ??= { turns: [], lastActive: 0 }
    if (lane.turns.length === 0 && isStale(lane)) lane.known = undefined
    lane.lastActive = Date.now()
    this.#lanes.delete(key) // to be the last: the first is the least recently used
    this.#lanes.set(key, lane)
    return lane
  }

  #dropStale(): void {
    for (const [key, lane] of this.#lanes) {
      if (!isStale(lane.turns[0] ?? lane)) return
      this.#lanes.delete(key)
    }
  }
}

/** What a request queues for. */
export interface Job {
  readonly store: Store
  readonly key: string
  readonly place: Place
  readonly budget: Budget
}

const queues = new WeakMap<Store, Queue>()

/** The queue of a store; `null` if requests cannot wake each other here. */
export function queueOf(store: Store): Queue | null {
  if (!canWakeEachOther()) return null
  let queue = queues.get(store)
  if (!queue) {
    queue = new Queue()
    queues.set(store, queue)
  }
  return queue
}

/**
 * Whether a promise that one request waits for can be resolved by another: on Workers from the
 * compatibility date 2024-10-14 on.
 *
 * @see https://developers.cloudflare.com/workers/configuration/compatibility-flags/
 */
function canWakeEachOther(): boolean {
  const { Cloudflare } = globalThis as { Cloudflare?: { compatibilityFlags?: Flags } }
  return Cloudflare?.compatibilityFlags?.handle_cross_request_promise_resolution !== false
}

type Flags = Record<string, boolean | undefined>

/** Sleeps until woken. It also wakes by itself, to show that it is alive and to skip the dead. */
async function sleepUntilWoken(turn: Turn, longest: number): Promise<void> {
  let timer!: ReturnType<typeof setTimeout>
  await new Promise<void>((resolve) => {
    turn.wake = resolve
    timer = setTimeout(resolve, longest)
  })
  clearTimeout(timer)
}

function isStale({ lastActive }: Turn | Lane): boolean {
  return Date.now() - lastActive >= staleAfter
}
