import { Hono } from 'hono'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type CookieTooLargeError,
  type FormTooLargeError,
  revokeSessions,
  type Session,
  type SessionCommittedError,
  type SessionError,
  type Store,
  type StoreError,
  type Swap,
  storeKey,
  type UserSession,
  userSessions,
  type ValueTooLargeError,
} from '../../src/session/index.ts'
import { inspector } from '../../src/session/inspector.tsx'
import { d1Store, sweepD1 } from '../../src/session/stores/d1.ts'
import { type DenoKv, denoKvStore } from '../../src/session/stores/deno-kv.ts'
import { durableObjectStore } from '../../src/session/stores/durable-object.ts'
import { kvStore } from '../../src/session/stores/kv.ts'
import { memoryStore } from '../../src/session/stores/memory.ts'
import { type RedisSend, redisStore } from '../../src/session/stores/redis.ts'
import { type SqlRun, sqlSchema, sqlStore, sweepSql } from '../../src/session/stores/sql.ts'
import { browser, readSession, sealSession } from '../../src/session/testing.ts'

declare const store: Store
declare const visitor: Session<{ counter: number }>
declare const secret: string

describe('stores', () => {
  it('take what the platforms bind', () => {
    expectTypeOf(memoryStore({ maxEntries: 10 })).toEqualTypeOf<Store>()
    expectTypeOf(kvStore).toBeCallableWith({} as KVNamespace)
    expectTypeOf(d1Store).toBeCallableWith({} as D1Database)
    expectTypeOf(sweepD1).toBeCallableWith({} as D1Database)
    expectTypeOf(durableObjectStore).toBeCallableWith({} as Env['SESSIONS'])
    expectTypeOf(denoKvStore).toBeCallableWith({} as DenoKv)
    // @ts-expect-error a name is no binding
    kvStore('SESSIONS_KV')
    // @ts-expect-error D1 is no KV
    kvStore({} as D1Database)
    // @ts-expect-error it must be opened: await Deno.openKv()
    denoKvStore({} as Promise<DenoKv>)
  })

  it('take a client as one function', () => {
    const run: SqlRun = async (statement, parameters) => {
      expectTypeOf(statement).toEqualTypeOf<string>()
      expectTypeOf(parameters).toEqualTypeOf<(string | number)[]>()
      return [{ value: 'a record' }]
    }
    expectTypeOf(sqlStore(run, { dialect: 'postgres' })).toEqualTypeOf<Store>()
    expectTypeOf(sqlSchema({ dialect: 'sqlite', table: 'visits' })).toEqualTypeOf<string[]>()
    expectTypeOf(sweepSql(run, { dialect: 'sqlite' })).toEqualTypeOf<Promise<number>>()
    // @ts-expect-error its language must be named
    sqlStore(run)
    // @ts-expect-error there is no such dialect
    sqlStore(run, { dialect: 'mysql' })
    // @ts-expect-error the rows, not what a client wraps them in
    sqlStore(async () => ({ rows: [] }), { dialect: 'postgres' })
    const send: RedisSend = async ([name]) => name
    expectTypeOf(redisStore(send)).toEqualTypeOf<Store>()
    // @ts-expect-error one function that sends one command, not a client
    redisStore({ send })
  })

  it('answer what is kept', async () => {
    expectTypeOf(await store.get('key')).toEqualTypeOf<string | null>()
    expectTypeOf(await store.swap('key', null, 'text', 60)).toEqualTypeOf<Swap>()
    expectTypeOf(await storeKey('id', { name: 'admin' })).toEqualTypeOf<string>()
  })
})

describe('userSessions() and revokeSessions()', () => {
  it('take a user by a string, and the session of this request', async () => {
    const sessions = userSessions(store, { name: 'admin' })
    expectTypeOf(await sessions.list('mary', visitor)).toEqualTypeOf<UserSession[]>()
    expectTypeOf(await sessions.end('mary', 'id')).toEqualTypeOf<boolean>()
    expectTypeOf(await sessions.endAll('mary', visitor)).toEqualTypeOf<number>()
    expectTypeOf(revokeSessions(store, 'mary')).toEqualTypeOf<Promise<void>>()
    // @ts-expect-error a user is a string
    await sessions.endAll(1)
    // @ts-expect-error a user is a string
    await revokeSessions(store, 1)
    // @ts-expect-error the session has to be awaited
    await sessions.list('mary', Promise.resolve(visitor))
  })
})

describe('errors', () => {
  it('have one base, and what a handler needs', () => {
    expectTypeOf<CookieTooLargeError>().toExtend<SessionError>()
    expectTypeOf<FormTooLargeError>().toExtend<Error>()
    expectTypeOf<SessionCommittedError>().toExtend<SessionError>()
    expectTypeOf<StoreError>().toExtend<SessionError>()
    expectTypeOf<StoreError['status']>().toEqualTypeOf<503>()
    expectTypeOf<ValueTooLargeError['limit']>().toEqualTypeOf<number>()
  })
})

describe('the testing kit', () => {
  it('fills forms with strings, files and lists of them', async () => {
    const { submit } = browser(new Hono())
    expectTypeOf(await submit('/')).toEqualTypeOf<Response>()
    await submit(
      '/',
      { item: 'tea', size: ['s', 'm'], photo: new File([], 'x.png') },
      { form: '/cart' },
    )
    // @ts-expect-error a form sends no numbers
    await submit('/', { count: 1 })
    // @ts-expect-error a form is named by a string
    await submit('/', {}, { form: 0 })
  })

  it('types what it seals and reads', async () => {
    expectTypeOf(sealSession({ counter: 1 }, { secret })).toEqualTypeOf<Promise<string>>()
    const content = await readSession<{ counter: number }>(new Response(), { secret })
    expectTypeOf(content?.data.counter).toEqualTypeOf<number | undefined>()
    // @ts-expect-error Data has no such key
    await sealSession<{ counter: number }>({ conter: 1 }, { secret })
  })
})

describe('inspector()', () => {
  it('is an app that any other mounts', () => {
    new Hono().route('/_session', inspector())
    new Hono().route('/_session', inspector({ as: 'admin', production: true }))
    // @ts-expect-error it is a switch
    inspector({ production: 'yes' })
    // @ts-expect-error there is no such option
    inspector({ path: '/_session' })
  })
})
