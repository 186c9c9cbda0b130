/** Milliseconds that one request waits for stores in all: reading, queueing and retrying. */
export const requestBudget = 10_000

/** A request has waited as long as it may. */
export class OutOfTimeError extends Error {
  override name = 'OutOfTimeError'
}

/**
 * The time that a request may spend waiting. Concurrent waits count once; what happens between them does
 * not count.
 */
export class Budget {
  #left: number
  #waits = 0
  #since = 0

  /** @param milliseconds - The time that may be spent. */
  constructor(milliseconds = requestBudget) {
    this.#left = milliseconds
  }

  /** Milliseconds left. */
  get left(): number {
    return this.#left - (this.#waits > 0 ? Date.now() - this.#since : 0)
  }

  /**
   * Waits for a call while there is time left. A result that arrives later is dropped, and so is a
   * late failure.
   *
   * @throws {OutOfTimeError} When the time is up.
   */
  async spend<T>(call: () => Promise<T>): Promise<T> {
    const { left } = this
    if (left <= 0) throw new OutOfTimeError('no time is left')
    if (this.#waits++ === 0) this.#since = Date.now()
    let timer!: ReturnType<typeof setTimeout>
    const timeout = new Promise<never>((_, reject) => {
      const error = new OutOfTimeError(`no response in ${Math.ceil(left / 1000)} s`)
      timer = setTimeout(() => reject(error), left)
    })
    try {
      return await Promise.race([call(), timeout])
    } finally {
      clearTimeout(timer)
      if (--this.#waits === 0) this.#left -= Date.now() - this.#since
    }
  }

  /**
   * Sleeps.
   *
   * @throws {OutOfTimeError} At once, when less is left.
   */
  async sleep(milliseconds: number): Promise<void> {
    if (milliseconds >= this.left) throw new OutOfTimeError('no time is left to try again')
    await this.spend(() => new Promise((resolve) => setTimeout(resolve, milliseconds)))
  }
}
