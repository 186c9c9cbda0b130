import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectRedis } from './redis-connection.ts'

/** Whether this machine has Redis. On Debian: `apt-get install redis-server`. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Makes it accept connections without answering, until `resume()`. */
  hang(): void
  resume(): void
  stop(): Promise<void>
}

/** Starts a Redis on a free port of this machine. It writes nothing to disk. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'edge-session-redis-'))
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory]
  const child = spawn('redis-server', [...where, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  })
  const leave = () => void child.kill('SIGKILL')
  process.once('exit', leave)
  await answers(port, child)
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    hang: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async stop() {
      process.off('exit', leave)
      const stopped = child.exitCode === null && child.signalCode === null && once(child, 'exit')
      child.kill('SIGKILL')
      await stopped
      await rm(directory, { recursive: true })
    },
  }
}

/** Finds a port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    const client = connectRedis(port)
    const isUp = await client.send(['PING']).then(
      () => true,
      () => false,
    )
    client.close()
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('redis-server does not start')
}
