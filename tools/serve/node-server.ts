// A Node process that serves an app: node node-server.ts APP [REDIS_URL]
// Sessions are in that Redis, or else in the memory of this process, which ends with its parent.
import { createServer } from 'node:http'
import { createClient } from 'redis'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { redisStore } from '../../src/session/stores/redis.ts'
import { proofApp } from '../proof/app.ts'
import { soakApp } from '../soak/app.ts'

const apps = { proof: proofApp, soak: soakApp }

const [name, url] = process.argv.slice(2)
const store = url ? await redisAt(url) : memoryStore()
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

async function redisAt(url: string) {
  const client = createClient({ url, disableOfflineQueue: true })
  await client.on('error', console.error).connect()
  return redisStore((command) => client.sendCommand(command))
}
