// A smaller run of `npm run fuzz`, with other inputs each time. A failure reports its seed.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { start } from '../../tools/fuzz/door.ts'
import type { Target } from '../../tools/fuzz/target.ts'
import { targets } from '../../tools/fuzz/targets.ts'

const count = 1820 // inputs per target
const limit = 2 // seconds, likewise: 11 targets stay well under 30 s on any machine

describe('input is honored only if the server made it', () => {
  let all: Target[]
  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: start * 1000 })
    all = await targets()
  })
  afterAll(() => {
    vi.useRealTimers()
  })

  it.each([
    'cookie header',
    'signed session',
    'sealed session',
    'Pyramid session',
    'signed id',
    'sealed id',
    'signed payload',
    'sealed payload',
    'Pyramid payload',
    'stored payload',
    'CSRF token',
  ])('%s', async (name) => {
    const target = all.find((each) => each.name === name) as Target
    const seed = crypto.getRandomValues(new Int32Array(1))[0] as number
    const { fault, outcomes } = await target.run({ count, seed, limit })
    const tried = [...outcomes.values()].reduce((sum, each) => sum + each, 0)
    expect(fault).toBeNull()
    expect(tried).toBeGreaterThan(100) // even on a slow machine
  })
})
