// What Workers of another time do: from 2024-10-14 on one request can wake another.
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../tools/serve/bundle.ts'

let contents: string
beforeAll(async () => {
  contents = await bundle(new URL('queue-worker.ts', import.meta.url))
})

describe.each([
  // Of the templates of HonoX and Pages.
  { date: '2024-04-01', mostCalls: 20, title: 'compete' },
  { date: '2024-10-14', mostCalls: 2.3, title: 'queue' },
  { date: '2026-10-23', mostCalls: 2.3, title: 'queue' },
  {
    date: '2026-10-23',
    flags: ['no_handle_cross_request_promise_resolution'],
    mostCalls: 20,
    title: 'compete',
  },
  {
    date: '2024-04-01',
    flags: ['handle_cross_request_promise_resolution'],
    mostCalls: 2.3,
    title: 'queue',
  },
])('a Worker of $date, with $flags', ({ date, flags, mostCalls, title }) => {
  let worker: Miniflare
  beforeAll(async () => {
    worker = new Miniflare(
      convertV4MiniflareOptions({
        cf: false,
        modules: [{ type: 'ESModule', path: 'worker.js', contents }],
        compatibilityDate: date,
        bindings: { SESSION_SECRET: crypto.randomUUID() },
        ...(flags && { compatibilityFlags: flags }),
      }),
    )
    await worker.ready
  })
  afterAll(() => worker?.dispose())

  it(`has 20 requests of one session ${title}, and all succeed`, async () => {
    const ask = (path: string, Cookie = '') =>
      worker.dispatchFetch(`https://example.com${path}`, { headers: { Cookie } })
    const first = await ask('/')
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0]
    const before = Number(await (await ask('/calls')).json())
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('/', cookie)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    const calls = Number(await (await ask('/calls')).json()) - before
    expect(await (await ask('/', cookie)).json()).toBe(22)
    expect(calls / 20).toBeLessThanOrEqual(mostCalls)
    if (title === 'compete') expect(calls / 20).toBeGreaterThan(2.3)
  })
})
