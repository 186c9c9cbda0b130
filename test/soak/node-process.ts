// A process of Node that serves the app, on the Redis that it is told of or else on its own memory.
// It ends with the process that started it.
import { createServer } from 'node:http'
import { createClient } from 'redis'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { redisStore } from '../../src/session/stores/redis.ts'
import { soakApp } from './app.ts'

const [url] = process.argv.slice(2)
const store = url ? await redisAt(url) : memoryStore()
const app = soakApp(() => store)

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
