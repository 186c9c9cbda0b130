import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startRedis } from '../node/redis-server.ts'
import { at, type Places, placesOf } from './place.ts'

const script = fileURLToPath(new URL('redis-process.ts', import.meta.url))

/** A Redis of its own, and two processes of Node that each serve the app over HTTP. */
export async function startRedisProcesses(): Promise<Places> {
  const server = await startRedis()
  const children: ChildProcess[] = []
  const stop = async () => {
    await Promise.all(children.map(end))
    await server.stop()
  }
  try {
    const start = () => startProcess(server.url, children)
    const urls = await Promise.all([start(), start()])
    return { places: placesOf('Redis', [at(urls[0]), at(urls[1])], 'processes'), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startProcess(redisUrl: string, children: ChildProcess[]): Promise<string> {
  // The flags of the process that starts it are not for it: a test runner has its own.
  const child = fork(script, [redisUrl], { execArgv: [] })
  children.push(child)
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`redis-process.ts ended with ${code}`)
    }),
  ])
  return String(message)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
