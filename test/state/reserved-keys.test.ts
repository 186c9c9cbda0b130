import { afterEach, describe, expect, it, vi } from 'vitest'
import { at, start } from '../kit/clock.ts'
import { sign } from '../kit/tokens.ts'
import { createVisitor } from '../kit/visitor.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('reserved keys', () => {
  const own = ['_f_', '_f_error', '_csrft_'] as const
  const data = { _f_: ['one'], _f_error: ['two'], _csrft_: 'token', a: 1, _f: 2, csrf: 3 }

  it('are hidden from every method that reads data', async () => {
    at(0)
    const visitor = createVisitor()
    const cookie = `__Host-session=${await sign([start, start, data])}`
    const seen = await visitor.visit(
      (session) => [
        session.keys(),
        session.entries().map(([key]) => key),
        session.size,
        own.map((key) => session.get(key)),
        own.map((key) => session.has(key)),
        own.map((key) => session.delete(key)),
      ],
      { headers: { Cookie: cookie } },
    )
    const keys = ['a', '_f', 'csrf']
    const none = [undefined, undefined, undefined]
    expect(seen).toEqual([keys, keys, 3, none, [false, false, false], [false, false, false]])
    expect(visitor.sent).toEqual([])
  })

  it.each(own)('are refused by set() and update(): %s', async (key) => {
    const visitor = createVisitor()
    const set = visitor.visit((session) => session.set(key, 'mine'))
    await expect(set).rejects.toThrow(new RegExp(`^session: '${key}' cannot be a key: use `))
    const update = visitor.visit((session) => session.update(key, () => 'mine'))
    await expect(update).rejects.toThrow(TypeError)
    expect(visitor.sent).toEqual([])
  })
})

it.each([1, null, undefined, Symbol.iterator])(
  'set() refuses a key that is no string: %s',
  async (key) => {
    const set = createVisitor().visit((session) => session.set(key as unknown as string, 1))
    await expect(set).rejects.toThrow(TypeError)
  },
)

it.each(['_f_', `_f_\n\u001b[31m\u2028`])(
  'the message for a reserved key is one short line',
  async (key) => {
    const long = key + 'x'.repeat(640_000)
    const set = createVisitor().visit((session) => session.set(long, 1))
    const error = await set.catch((error: unknown) => error)
    expect(error).toBeInstanceOf(TypeError)
    const { message } = error as TypeError
    expect(message.length).toBeLessThan(500)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    expect(message).toMatch(/^session: '_f_[^\0-\x1f\u2028]*…' cannot be a key/)
  },
)
