import { expect, it } from 'vitest'
import { revokeSessions, userSessions } from '../../src/session/index.ts'
import { d1Store, sweepD1 } from '../../src/session/stores/d1.ts'
import { denoKvStore } from '../../src/session/stores/deno-kv.ts'
import { durableObjectStore } from '../../src/session/stores/durable-object-client.ts'
import { kvStore } from '../../src/session/stores/kv.ts'
import { redisStore } from '../../src/session/stores/redis.ts'
import { type SqlOptions, sqlSchema, sqlStore, sweepSql } from '../../src/session/stores/sql.ts'

const nothing = undefined as never
const run = async () => []

it.each<[string, () => unknown, string]>([
  ['kvStore()', () => kvStore(nothing), 'there is no KV namespace: bind one'],
  ['d1Store()', () => d1Store(nothing), 'there is no D1 database: bind one'],
  ['durableObjectStore()', () => durableObjectStore(nothing), 'there is no namespace: bind one'],
  ['denoKvStore()', () => denoKvStore(nothing), 'there is no Deno.Kv: give what Deno.openKv()'],
  ['redisStore()', () => redisStore(nothing), 'send is no function: give one'],
  ['sqlStore()', () => sqlStore(nothing, { dialect: 'sqlite' }), 'run is no function: give one'],
  ['userSessions()', () => userSessions(nothing), 'there is no store: give that of session()'],
])('a store is made of something: %s says what is missing and the cure', (name, make, message) => {
  expect(make).toThrow(TypeError)
  expect(make).toThrow(`${name}: ${message}`)
})

it.each<[string, () => Promise<unknown>, string]>([
  ['sweepD1()', () => sweepD1(nothing), 'd1Store(): there is no D1 database: bind one'],
  ['sweepSql()', () => sweepSql(nothing, { dialect: 'sqlite' }), 'sqlStore(): run is no function'],
  [
    'revokeSessions()',
    () => revokeSessions(nothing, 'mary'),
    'revokeSessions(): there is no store',
  ],
])('so is the call of %s', async (_, call, message) => {
  await expect(call()).rejects.toThrow(TypeError)
  await expect(call()).rejects.toThrow(message)
})

it.each<[string, (options: SqlOptions) => unknown]>([
  ['sqlStore()', (options) => sqlStore(run, options)],
  ['sqlSchema()', sqlSchema],
])('%s without options asks for the dialect', (_, make) => {
  expect(() => make(nothing)).toThrow('dialect is undefined: give postgres or sqlite')
})
