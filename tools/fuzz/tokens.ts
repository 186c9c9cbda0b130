import assert from 'node:assert/strict'
import fc from 'fast-check'
import { counted } from '../counted.ts'
import { cookieName, door, isHeaderText } from './door.ts'
import { mutants } from './mutations.ts'
import { foreign, type Reader, readers, type Verdict } from './readers.ts'
import { type Outcome, type Target, target } from './target.ts'

/** Makes the targets that read a token: each codec, for a session and for an id in a store. */
export async function tokenTargets(): Promise<Target[]> {
  const all = await readers()
  // What is valid for one of them is not for another.
  const tokens = [...all.flatMap(({ made }) => [...made.keys()]), ...(await foreign())]
  return all.map((reader) => {
    const reasons = [...reader.made.values()].flatMap((each) =>
      'reason' in each ? each.reason : [],
    )
    const outcomes: Outcome[] = ['accepted', 'forged', ...new Set(reasons)]
    const own = fc.constantFrom(...reader.made.keys())
    const near = mutants(tokens).map((token) => token.replaceAll(';', ':'))
    const inputs = fc.oneof({ weight: 1, arbitrary: own }, { weight: 9, arbitrary: near })
    return target(reader.name, outcomes, inputs, attemptWith(reader))
  })
}

function attemptWith({ options, codec, made, essences = (text) => [text] }: Reader) {
  let calls = 0
  const store = options.store && counted(options.store, () => void calls++)
  const send = door(store ? { ...options, store } : options)
  const verdicts = new Map(
    [...made].flatMap(([token, verdict]) => essences(token).map((each) => [each, verdict])),
  )

  return async function attempt(token: string): Promise<Outcome> {
    const meant = tooLong(token) ? undefined : essences(token).find((each) => verdicts.has(each))
    const own = meant === undefined ? undefined : verdicts.get(meant)
    const forged: Verdict = { reason: 'forged' }
    if (!isHeaderText(token)) {
      // No header can carry it, but a codec must handle any string.
      if ((await codec.decode(token)) !== null) assert.ok(own, 'decoded what nobody made')
      return 'forged'
    }
    calls = 0
    // With another cookie after it, or the header would lose its white space.
    const { reason, isNew, data, sent } = await send(`${cookieName}=${token}; a=1`)
    const verdict: Verdict = reason ? { reason } : { data }
    // A codec with several spellings may accept or refuse them, except the server's own.
    const allowed = own && !made.has(token) ? [own, forged] : [own ?? forged]
    assert.ok(
      allowed.some((each) => isSame(each, verdict)),
      `became ${JSON.stringify(verdict)}`,
    )
    assert.equal(isNew, reason !== undefined)
    if (reason) assert.equal(data, '[]')
    assert.equal(sent.length, reason === 'expired' ? 1 : 0)
    if (reason === 'forged') assert.equal(calls, 0, 'a forged token reached the store')
    return reason ?? 'accepted'
  }
}

function isSame(one: Verdict, other: Verdict): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function tooLong(token: string): boolean {
  return cookieName.length + token.length > 4096
}
