// The example of the documents, with the binding that Cloudflare's Secrets Store has in workerd.
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browser, readSession } from '../../src/session/testing.ts'
import { bundle } from '../../tools/serve/bundle.ts'

const names = { store_id: 'a-store', secret_name: 'session-secret' }
const first = 'Zk3vR7qXw9TnB2yLh5sGm8cJp4dFa6eU'

describe('a secret in the Secrets Store', () => {
  let miniflare: Miniflare
  let url: URL
  beforeAll(async () => {
    const contents = await bundle(new URL('../docs/secrets-store.ts', import.meta.url))
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        cf: false,
        handleStructuredLogs: () => {}, // a request fails here before the secret is there
        workers: [
          {
            name: 'app',
            modules: [{ type: 'ESModule', path: 'worker.js', contents }],
            compatibilityDate: '2026-10-23',
            secretsStoreSecrets: { SESSION_SECRET: names },
          },
        ],
      }),
    )
    url = await miniflare.ready
  })
  afterAll(() => miniflare?.dispose())

  const visitor = () =>
    browser({
      request: (path, init) => fetch(new URL(path, url), { ...init, redirect: 'manual' }),
    })

  it('is not there yet: a page is an error, and works as soon as it is', async () => {
    const { get } = visitor()
    expect((await get('/')).status).toBe(500)
    const admin = (await miniflare.getSecretsStoreSecretAPI('SESSION_SECRET'))()
    await admin.create(first)
    const response = await get('/')
    expect(await response.clone().text()).toBe('Count: 1')
    const content = await readSession(response, { secret: first })
    expect(content).toMatchObject({ data: { counter: 1 } })
    expect(await (await get('/')).text()).toBe('Count: 2')
  })
})
