import type { Reporter } from 'vitest/node'

/** Ends the output of a test run with one plain line: how many tests passed, failed and were skipped. */
export function tally(): Reporter {
  let passed = 0
  let skipped = 0
  let failed = 1 // until the run has ended: one that breaks off has failed
  return {
    onInit() {
      process.once('exit', () => {
        const rest = skipped > 0 ? `, ${skipped} skipped` : ''
        console.log(`${passed} passed, ${failed} failed${rest}`)
      })
    },
    onTestRunEnd(modules, errors, reason) {
      const states = modules.flatMap((module) =>
        [...module.children.allTests()].map((test) => test.result().state),
      )
      passed = states.filter((state) => state === 'passed').length
      failed = states.filter((state) => state === 'failed').length
      skipped = states.filter((state) => state === 'skipped').length
      // Files that do not load and errors outside of any test fail a run as well.
      failed += errors.length + modules.filter((module) => module.errors().length > 0).length
      if (failed === 0 && reason !== 'passed') failed = 1
    },
  }
}
