import { afterEach, describe, expect, it, vi } from 'vitest'
import { cookieName, secret, sign } from '../kit/tokens.ts'
import { dataOf, visitOnce } from '../kit/visitor.ts'

const now = () => Math.floor(Date.now() / 1000)
const valid = (data = { a: 1 } as object) => sign([now(), now(), data])

/** How a site with default options reads a `Cookie` header. */
async function send(header: string) {
  const { result: data, rejected, sent } = await visitOnce({ secret }, header, dataOf)
  return { data, rejected, sent }
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
  ])('are both ignored, %s', async (_, values) => {
    const [own, planted] = [await valid(), await valid({ admin: true })]
    const verify = vi.spyOn(crypto.subtle, 'verify')
    const pairs = values(own, planted).map((value) => `${cookieName}=${value}`)
    const { data, rejected, sent } = await send(pairs.join('; '))
    expect(data).toEqual({})
    expect(rejected).toBe('duplicate')
    expect(verify).not.toHaveBeenCalled()
    expect(sent).toEqual([])
  })

  it('are found at any distance', async () => {
    const token = await valid()
    const others = Array.from({ length: 50 }, (_, i) => `cookie${i}=v`).join('; ')
    const { rejected } = await send(`${cookieName}=${token}; ${others};${cookieName}=${token}`)
    expect(rejected).toBe('duplicate')
  })
})
