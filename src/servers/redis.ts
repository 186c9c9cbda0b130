import { createClient } from 'redis'
import type { Store } from '../session/index.ts'
import { redisStore } from '../session/stores/redis.ts'

/** Keeps sessions in a Redis that is reached over TCP. */
export async function redisOver(url: string): Promise<Store> {
  const client = createClient({ url, disableOfflineQueue: true })
  // Without a listener an error of the connection would end the process; the client reconnects.
  client.on('error', (error: Error) => console.error(`Redis: ${error.message}`))
  await client.connect()
  return redisStore((command) => client.sendCommand(command))
}
