// npm run client [URL]: uses the API by a client that knows its types. Browsers keep cookies by
// themselves; here the testing kit does.

import { browser } from 'edge-session/testing'
import { hc } from 'hono/client'
import type { Api } from './main.ts'

const url = process.argv[2] ?? 'http://127.0.0.1:3000'
const jar = browser({ request: (path, init) => fetch(path, init) })
const withCookies: typeof fetch = (input, init) => jar.request(String(input), init)
const client = hc<Api>(url, { fetch: withCookies })

const { csrfToken } = await (await client.todos.$get()).json()
const headers = { 'X-CSRF-Token': csrfToken }
await client.todos.$post({ json: { title: 'Buy milk' } }, { headers })
const response = await client.todos.$post({ json: { title: 'Drink tea' } }, { headers })
console.log(response.status, await response.json())
