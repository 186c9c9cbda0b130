import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { RedisSend } from '../../src/session/stores/redis.ts'

export interface RedisPort {
  readonly send: RedisSend
  close(): void
}

type Waiting = [resolve: (value: unknown) => void, reject: (reason: unknown) => void]

/** Connects to Redis, with the part of its protocol that the store needs. */
export function connectRedis(port: number): RedisPort {
  const socket = connect(port, '127.0.0.1')
  const waiting: Waiting[] = []
  let received = Buffer.alloc(0)
  let failure: Error | undefined
  const fail = (error: Error) => {
    failure ??= error
    for (const [, reject] of waiting.splice(0)) reject(failure)
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('connection closed')))
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes])
    for (let found = parse(received, 0); found; found = parse(received, 0)) {
      received = received.subarray(found.end)
      const [resolve, reject] = waiting.shift() ?? []
      if (found.value instanceof Error) reject?.(found.value)
      else resolve?.(found.value)
    }
  })
  return {
    send: (command) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure)
        waiting.push([resolve, reject])
        const parts = command.map((each) => `$${Buffer.byteLength(each)}\r\n${each}\r\n`)
        socket.write(`*${command.length}\r\n${parts.join('')}`)
      }),
    close: () => void socket.destroy(),
  }
}

/** Reads one reply. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function parse(bytes: Buffer, start: number): { value: unknown; end: number } | undefined {
  const line = bytes.indexOf('\r\n', start)
  if (line < 0) return undefined
  const rest = bytes.toString('utf8', start + 1, line)
  let end = line + 2
  switch (bytes.toString('latin1', start, start + 1)) {
    case '+':
      return { value: rest, end }
    case '-':
      return { value: new Error(rest), end }
    case ':':
      return { value: Number(rest), end }
    case '$': {
      const [from, length] = [end, Number(rest)]
      if (length < 0) return { value: null, end }
      end += length + 2
      if (bytes.length < end) return undefined
      return { value: bytes.toString('utf8', from, from + length), end }
    }
  }
  const items: unknown[] = []
  while (items.length < Number(rest)) {
    const item = parse(bytes, end)
    if (!item) return undefined
    items.push(item.value)
    end = item.end
  }
  return { value: items, end }
}

/** Serves Redis over HTTP, as Upstash does: https://upstash.com/docs/redis/features/restapi */
export async function serveRest(send: RedisSend, token: string) {
  const server = createServer(async (request, response) => {
    response.setHeader('Content-Type', 'application/json')
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end('{"error":"Unauthorized"}')
      return
    }
    try {
      response.end(JSON.stringify({ result: await send(JSON.parse(await text(request))) }))
    } catch (error) {
      response.writeHead(400).end(JSON.stringify({ error: String(error) }))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, close: () => void server.close() }
}
