import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './redis-server.ts'

/** Where the programs of PostgreSQL are. Debian puts only some of them on the path. */
const programs = [
  ...(process.env.PATH ?? '').split(':'),
  ...globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed(),
].find((directory) => existsSync(join(directory, 'initdb')))

/** What this machine's PostgreSQL calls itself; `null` without one. On Debian: `apt-get install postgresql`. */
export const postgresVersion = programs
  ? spawnSync(join(programs, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout.trim()
  : null

export interface PostgresServer {
  readonly url: string
  stop(): Promise<void>
}

/** Starts a PostgreSQL with a database of its own, on a free port of this machine. */
export async function startPostgres(): Promise<PostgresServer> {
  if (!programs) throw new Error('this machine has no PostgreSQL')
  const user = serverUser()
  const directory = mkdtempSync(join(tmpdir(), 'edge-session-postgres-'))
  if (user) chownSync(directory, user.uid, user.gid)
  const options = { ...user, cwd: directory, stdio: 'ignore' } as const
  const data = join(directory, 'data')
  const init = ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-locale']
  execFileSync(join(programs, 'initdb'), init, options)
  const port = await freePort()
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = join(programs, 'postgres')
  const child = spawn(server, ['-D', data, '-p', String(port), ...flags], options)
  const leave = () => void child.kill('SIGKILL')
  process.once('exit', leave)
  const url = `postgres://test@127.0.0.1:${port}/postgres`
  await answers(url, child)
  return {
    url,
    async stop() {
      process.off('exit', leave)
      const stopped = child.exitCode === null && child.signalCode === null && once(child, 'exit')
      child.kill('SIGINT') // ends all connections
      await stopped
      rmSync(directory, { recursive: true })
    },
  }
}

/** PostgreSQL refuses to run as root: then it runs as the user of its package, or as `nobody`. */
function serverUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const idOf = (flag: string) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout
  return { uid: Number(idOf('-u')) || 65534, gid: Number(idOf('-g')) || 65534 }
}

async function answers(connectionString: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 1000 && child.exitCode === null; tries++) {
    const client = new pg.Client({ connectionString })
    client.on('error', () => undefined) // each call reports its own
    const isUp = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => undefined)
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('PostgreSQL does not start')
}
