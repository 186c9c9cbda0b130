// One of the processes that share a Redis. It serves the app until the process that started it ends.
import { createServer } from 'node:http'
import { createClient } from 'redis'
import { redisStore } from '../../src/session/stores/redis.ts'
import { proofApp } from './app.ts'

const client = createClient({ url: process.argv[2] ?? '', disableOfflineQueue: true })
await client.on('error', console.error).connect()
const store = redisStore((command) => client.sendCommand(command))
const app = proofApp(() => store)

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
