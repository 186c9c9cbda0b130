import { afterEach, describe, expect, it, vi } from 'vitest'
import { cookieName, sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

const now = () => Math.floor(Date.now() / 1000)
const valid = (data = { a: 1 } as object) => sign([now(), now(), data])

/** Sends a `Cookie` header as it stands; tells what the session holds. */
async function send(header: string) {
  const onReject = vi.fn()
  const visitor = createVisitor({ onReject })
  const read = () => visitor.visit((session) => Object.fromEntries(session.entries()), init)
  const init = { headers: { Cookie: header } }
  const data = await read()
  return { data, visitor, reasons: onReject.mock.calls.map(([reason]) => reason) }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('two cookies of the name', () => {
  it.each<[string, (own: string, planted: string) => string[]]>([
    ['both valid', (own, planted) => [own, planted]],
    ['both the same', (own) => [own, own]],
    ['the first one forged', (own) => ['forged', own]],
    ['the second one forged', (own) => [own, 'forged']],
    ['one empty', (own) => [own, '']],
    ['a hundred times', (own, planted) => [...Array(99).fill(planted), own]],
  ])('are neither of them honoured, %s', async (_, values) => {
    const [own, planted] = [await valid(), await valid({ admin: true })]
    const verify = vi.spyOn(crypto.subtle, 'verify')
    const pairs = values(own, planted).map((value) => `${cookieName}=${value}`)
    const { data, reasons, visitor } = await send(pairs.join('; '))
    expect(data).toEqual({})
    expect(reasons).toEqual(['duplicate'])
    expect(verify).not.toHaveBeenCalled()
    expect(visitor.sent).toEqual([])
  })

  it('are found far apart', async () => {
    const token = await valid()
    const others = Array.from({ length: 50 }, (_, i) => `cookie${i}=v`).join('; ')
    const { reasons } = await send(`${cookieName}=${token}; ${others};${cookieName}=${token}`)
    expect(reasons).toEqual(['duplicate'])
  })
})
