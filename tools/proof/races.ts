import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Place } from './places.ts'
import { type Answer, type Task, visitorOf } from './visitor.ts'

type Visitor = ReturnType<typeof visitorOf>

/** What a request in flight may be doing when the session ends, but for a logout. */
const late: Task[] = [
  { job: 'read' },
  { job: 'count' },
  { job: 'key', value: 'late' },
  { job: 'own', value: 'late' },
  { job: 'nested', value: 'early' },
  { job: 'shared', value: 'late' },
  { job: 'flash', value: 'late' },
  { job: 'clear' },
  { job: 'login', value: 'mallory' },
]

const logout: Task = { job: 'logout' }

/** Rules that every exact store keeps. Each rejects when its rule is broken. */
export const races: Record<string, (place: Place) => Promise<void>> = {
  'changes to different keys, nested values and flash messages all arrive': async (place) => {
    const visitor = visitorOf(place)
    const values = Array.from({ length: 16 }, (_, i) => String(i))
    for (const [tab, value] of values.entries()) await visitor.visit(tab, { job: 'own', value })
    const tasks = values.flatMap((value) =>
      (['key', 'nested', 'shared', 'flash'] as const).map((job) => ({ job, value })),
    )
    const answers = await Promise.all(tasks.map((task, tab) => visitor.visit(tab, task)))
    assertAllServed(answers)
    const { data, messages } = await visitor.read()
    const { shared, ...rest } = data
    assert.deepEqual(sorted((shared as { list: string[] }).list), sorted(values))
    assert.deepEqual(sorted(messages), sorted(values))
    const keys = values.map((value) => [`key-${value}`, true])
    const nested = values.map((value) => [`own-${value}`, { list: [value] }])
    assert.deepEqual(rest, Object.fromEntries([...keys, ...nested]))
  },

  'a request in flight never undoes a logout': async (place) => {
    const { visitor, oldToken } = await endInFlight(place, logout, [...late, logout])
    assert.equal(visitor.token, undefined)
    await assertDead(visitor, oldToken)
  },

  'a logout in flight ends what a regenerate has made of the session': async (place) => {
    const login: Task = { job: 'login', value: 'mary' }
    const { visitor, oldToken, newToken } = await endInFlight(place, login, [...late, logout])
    await assertDead(visitor, oldToken)
    await assertDead(visitor, String(newToken))
  },

  'a request in flight never undoes a regenerate': async (place) => {
    const { visitor, oldToken } = await endInFlight(place, { job: 'login', value: 'mary' }, late)
    assert.notEqual(visitor.token, oldToken)
    await assertDead(visitor, oldToken)
    for (const tab of place.instances.keys()) {
      assert.deepEqual(await visitor.read(tab), {
        isNew: false,
        data: { n: 0, 'own-early': { list: [] }, user: 'mary' },
        messages: [],
      })
    }
  },
}

/** Ends a session while requests, on every instance, have it open and change it afterward. */
async function endInFlight(place: Place, ending: Task, inFlight: readonly Task[]) {
  const visitor = visitorOf(place)
  await visitor.visit(0, { job: 'begin' })
  await visitor.visit(0, { job: 'own', value: 'early' })
  const oldToken = visitor.token ?? ''
  const held = place.instances.flatMap((_, tab) =>
    inFlight.map((task) => ({ tab, task: { ...task, hold: randomUUID() } })),
  )
  const answering = Promise.all(held.map(({ tab, task }) => visitor.visit(tab, task)))
  await Promise.all(held.map(({ tab, task: { hold } }) => visitor.held(tab, hold)))
  assertAllServed([await visitor.visit(0, ending)])
  const newToken = visitor.token
  await Promise.all(held.map(({ tab, task: { hold } }) => visitor.release(tab, hold)))
  const answers = await answering
  assertAllServed(answers)
  assert.deepEqual(
    answers.flatMap(({ sent }) => sent),
    [],
    'a request in flight set a cookie',
  )
  assert.equal(visitor.token, newToken)
  return { visitor, oldToken, newToken }
}

/** Checks that an old cookie opens nothing, brings nothing back and sets no cookie. */
async function assertDead(visitor: Visitor, oldToken: string): Promise<void> {
  for (const [tab, job] of (
    ['read', 'read', 'count', 'count', 'read', 'read'] as const
  ).entries()) {
    const { status, body, sent } = await visitor.present(oldToken, tab, { job })
    const expected = job === 'read' ? { isNew: true, data: {}, messages: [] } : 1
    assert.deepEqual({ status, body, sent }, { status: 200, body: expected, sent: [] })
  }
}

function assertAllServed(answers: Answer[]): void {
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
}

function sorted(texts: readonly string[]): string[] {
  return texts.toSorted()
}
