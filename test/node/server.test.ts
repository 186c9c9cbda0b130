import { expect, it } from 'vitest'
import { startServer } from '../kit/node/server.ts'

const { url, restart } = await startServer()

it('the site answers over HTTP, also after a restart', async () => {
  expect((await fetch(url)).status).toBe(200)
  await restart()
  expect((await fetch(url)).status).toBe(200)
})

it.each(['favicon.svg', 'favicon.ico'])(
  'the site serves public/%s with strict headers',
  async (file) => {
    const { status, headers } = await fetch(`${url}/${file}`)
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'public, max-age=3600',
      'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'x-content-type-options': 'nosniff',
    })
  },
)
