import { vi } from 'vitest'
import type { Store } from '../../src/session/index.ts'

// Taken before a test stops the clock.
const { setTimeout: later, setImmediate: soon = later } = globalThis

const nextTask = () => new Promise<void>((resolve) => void soon(resolve))

/** Tasks after which a request that computes has usually reached its next call. */
const maxTasks = soon === later ? 20 : 200

/** How many schedules a test tries: fewer in workerd, where a turn of the event loop takes longer. */
export const rounds =
  soon === later || navigator.userAgent === 'Cloudflare-Workers'
    ? 10
    : Number(process.env.ROUNDS ?? 20)

/** Random numbers from a seed: the same schedule again for the same seed. */
export type Random = ReturnType<typeof randomFrom>

/** The generator of Park and Miller: https://doi.org/10.1145/63039.63042 */
export function randomFrom(seed: number) {
  const modulus = 2 ** 31 - 1
  let state = seed
  const next = (): number => {
    state = (state * 48_271) % modulus
    return state / modulus
  }
  for (let i = 0; i < 3; i++) next() // small seeds begin alike
  return {
    /** Whether an event of this probability happens. */
    chance: (probability: number) => next() < probability,
    /** A whole number below `end`. */
    below: (end: number) => Math.floor(next() * end),
    pick: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T,
  }
}

interface Step {
  readonly request: Request
  /** Makes the call, even if its response is no longer awaited. */
  apply(): Promise<void>
  answer(): void
}

interface Request {
  isDone: boolean
  isDead: boolean
  calls: number
  /** The call at which it dies. */
  readonly lastCall: number
}

/** A request that a schedule runs: what it resolved to, or that it died on the way. */
export interface Outcome<T> {
  readonly result: T | undefined
  readonly isDead: boolean
  /** How often it called the store. */
  readonly calls: number
}

/**
 * Lets requests run at the same time, one call of the store at a time, in an order that a seed decides.
 *
 * Each request has its own store object, as if it ran in its own process, so that requests do
 * not queue; or all have one, and queue. A request that dies stops for good at one of its calls, before
 * or after it was applied.
 */
export function createSchedule(store: Store, random: Random, { isOneProcess = false } = {}) {
  const requests: Request[] = []
  let steps: Step[] = []
  const common = storeOf(newRequest())

  /** Adds a call to those from which the schedule chooses. */
  function step<T>(request: Request, call: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (request.isDead) return
      let answer = () => {}
      const apply = async () => {
        try {
          const result = await call()
          answer = () => resolve(result)
        } catch (error) {
          answer = () => reject(error)
        }
      }
      steps.push({ request, apply, answer: () => answer() })
    })
  }

  function newRequest(lastCall = Number.POSITIVE_INFINITY): Request {
    return { isDone: false, isDead: false, calls: 0, lastCall }
  }

  function storeOf(request: Request): Store {
    const counted = <T>(call: () => Promise<T>) => {
      request.calls++
      return step(request, call)
    }
    const { create } = store
    return {
      ...(store.isEventual !== undefined && { isEventual: store.isEventual }),
      get: (key) => counted(() => store.get(key)),
      swap: (...given) => counted(() => store.swap(...given)),
      ...(create && { create: (...given) => counted(() => create(...given)) }),
    }
  }

  /** Waits until every request waits for the schedule, sleeps, or is done. */
  async function settle(): Promise<void> {
    for (let tasks = 0; tasks < maxTasks; tasks++) {
      if (isOneProcess) {
        await nextTask() // a call does not say which request it belongs to
        continue
      }
      const running = requests.filter(({ isDone, isDead }) => !isDone && !isDead)
      if (running.every((request) => steps.some((step) => step.request === request))) return
      await nextTask()
    }
  }

  async function takeStep(): Promise<void> {
    const [{ request, apply, answer }] = steps.splice(random.below(steps.length), 1) as [Step]
    const isLast = request.calls >= request.lastCall
    if (isLast && random.chance(0.5)) return die(request)
    await apply()
    if (isLast) await die(request)
    else answer()
  }

  /** What a dead request had asked for beside the last call may have reached the store. */
  async function die(request: Request): Promise<void> {
    request.isDead = true
    for (const { apply } of steps.filter((step) => step.request === request)) {
      if (random.chance(0.5)) await apply()
    }
    steps = steps.filter((step) => step.request !== request)
  }

  return {
    /**
     * Begins a request.
     *
     * @param run - Is called when the schedule lets the request begin.
     */
    begin<T>(
      run: (store: Store) => Promise<T>,
      { lastCall = Number.POSITIVE_INFINITY } = {},
    ): Outcome<T> {
      const request = newRequest(lastCall)
      requests.push(request)
      let result: T | undefined
      const finish = async () => {
        await step(request, () => undefined)
        result = await run(isOneProcess ? common : storeOf(request))
        request.isDone = true
      }
      void finish()
      return {
        get result() {
          return result
        },
        get isDead() {
          return request.isDead
        },
        get calls() {
          return request.calls
        },
      }
    },
    /** Runs all requests to their ends. */
    async run(): Promise<void> {
      for (let idle = 0; idle < 1000; ) {
        await settle()
        if (requests.every(({ isDone, isDead }) => isDone || isDead)) return
        if (steps.length > 0) await takeStep()
        else {
          idle++
          vi.advanceTimersByTime(1)
        }
      }
      throw new Error('the schedule does not end')
    },
  }
}
