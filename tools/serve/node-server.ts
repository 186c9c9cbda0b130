// A process of Node or Deno that serves an app: node node-server.ts APP [STORE_URL]
// It ends with its parent.
import { createServer } from 'node:http'
import process from 'node:process'
import { proofApp } from '../proof/app.ts'
import { soakApp } from '../soak/app.ts'
import { storeAt } from './store-at.ts'

const apps = { proof: proofApp, soak: soakApp }

const [name, url] = process.argv.slice(2)
const store = await storeAt(url)
const app = apps[name as keyof typeof apps](() => store)

const server = createServer(async (request, response) => {
  const headers = { Cookie: request.headers.cookie ?? '' }
  const answer = await app.request(request.url ?? '/', { headers })
  response.writeHead(answer.status, { 'Set-Cookie': answer.headers.getSetCookie() })
  response.end(await answer.text())
}).listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') {
    process.send?.(`http://127.0.0.1:${address.port}`)
  }
})
process.once('disconnect', () => process.exit())
