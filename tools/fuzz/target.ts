import fc from 'fast-check'
import type { RejectReason } from '../../src/session/index.ts'

/**
 * The outcome of one input.
 *
 * - `'accepted'`: the server made it, and it was honored
 * - `'absent'`: it carried no cookie of ours
 * - `'refused'`: 403
 * - a reason: a new and empty session was begun
 */
export type Outcome = 'accepted' | 'absent' | 'refused' | RejectReason

/** The size of a run. */
export interface Trial {
  /** How many inputs. */
  readonly count: number
  /** The same seed gives the same inputs. */
  readonly seed: number
  /** Seconds after which no more are tried. */
  readonly limit?: number
}

export interface Figures {
  readonly outcomes: ReadonlyMap<Outcome, number>
  readonly seconds: number
  /** What broke a rule, with the shortest input that does. */
  readonly fault: string | null
}

/** How many shorter inputs are tried when one has failed. */
const mostShorter = 2000

/** Something that handles input from a client. */
export interface Target {
  readonly name: string
  /** Outcomes that must occur, since otherwise the inputs prove nothing. */
  readonly outcomes: readonly Outcome[]
  run(trial: Trial): Promise<Figures>
}

/**
 * Makes a target.
 *
 * @param attempt - Sends one input. Throws if the outcome breaks a rule.
 */
export function target<Input>(
  name: string,
  outcomes: readonly Outcome[],
  inputs: fc.Arbitrary<Input>,
  attempt: (input: Input) => Promise<Outcome>,
): Target {
  return {
    name,
    outcomes,
    async run({ count, seed, limit = Number.POSITIVE_INFINITY }) {
      const seen = new Map<Outcome, number>()
      const begun = performance.now()
      const seconds = () => (performance.now() - begun) / 1000
      let shorter: number | undefined // inputs tried since one failed, to find a shorter one
      const property = fc.asyncProperty(inputs, async (input) => {
        if (seconds() > limit || (shorter !== undefined && ++shorter > mostShorter)) return
        try {
          const outcome = await attempt(input)
          if (shorter === undefined) seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
        } catch (error) {
          shorter ??= 0
          throw error
        }
      })
      const details = await fc.check(property, { numRuns: count, seed })
      const time = seconds()
      const never = time < limit ? missing(outcomes, seen) : null
      const report = `${await fc.asyncDefaultReportMessage(details)}\n${details.errorInstance}`
      return { outcomes: seen, seconds: time, fault: details.failed ? report : never }
    },
  }
}

function missing(expected: readonly Outcome[], seen: ReadonlyMap<Outcome, number>): string | null {
  const never = expected.filter((outcome) => !seen.has(outcome))
  return never.length > 0 ? `no input was ever ${never.join(' or ')}` : null
}
