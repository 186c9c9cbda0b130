import { assertOpen, type Change, change, type Entries, put } from './changes.ts'
import { assertJson } from './json.ts'
import { flashPrefix } from './reserved-keys.ts'
import type { State } from './state.ts'

/**
 * Appends a message to a queue.
 *
 * @throws {TypeError} When JSON cannot carry it.
 */
export function append(
  state: State,
  message: unknown,
  { queue, allowDuplicate }: { queue: string; allowDuplicate: boolean },
): void {
  const key = flashPrefix + queue
  assertJson(message, `flash(${JSON.stringify(queue)})`, [{}, []])
  const json = JSON.stringify(message)
  const waiting = messagesIn(state.data, key).length
  changeQueue(state, key, (data) => {
    const messages = messagesIn(data, key)
    if (!allowDuplicate && messages.some((other) => JSON.stringify(other) === json)) return
    data.set(key, [...messages, JSON.parse(json)])
  })
  const added = messagesIn(state.data, key).length - waiting
  state.flashed.set(key, (state.flashed.get(key) ?? 0) + added)
}

/** Reads copies of the messages of a queue. */
export function peek(state: State, queue: string): unknown[] {
  return JSON.parse(JSON.stringify(messagesIn(state.data, flashPrefix + queue)))
}

/** Reads copies of all messages, each with the name of its queue. */
export function peekAll(state: State): [queue: string, message: unknown][] {
  return queuesOf(state).flatMap((queue) =>
    peek(state, queue).map((message): [string, unknown] => [queue, message]),
  )
}

/** Removes the messages that a queue has now, not those that another request is adding. */
export function take(state: State, queue: string): unknown[] {
  const key = flashPrefix + queue
  const messages = peek(state, queue)
  if (messages.length === 0) return messages
  const taken = messages.map((message) => JSON.stringify(message))
  changeQueue(state, key, (data) => {
    const left = without(messagesIn(data, key), taken)
    put(data, key, left.length > 0 ? left : undefined)
  })
  state.flashed.delete(key)
  return messages
}

/** Removes all messages, each with the name of its queue. */
export function takeAll(state: State): [queue: string, message: unknown][] {
  const all = peekAll(state)
  for (const queue of queuesOf(state)) take(state, queue)
  return all
}

/** How many messages at the end of each queue were put there by this request, and must stay. */
export type Flashed = ReadonlyMap<string, number>

/** Counts the messages that were waiting. */
export function countWaiting(data: Entries, flashed: Flashed): number {
  return queueKeys(data).reduce((sum, key) => sum + waitingIn(data, key, flashed), 0)
}

/**
 * Drops a number of waiting messages, always the oldest of the longest queue.
 *
 * @returns How many were dropped from each queue.
 */
export function dropOldest(data: Entries, flashed: Flashed, drops: number): Map<string, number> {
  const dropped = new Map<string, number>()
  const droppedFrom = (key: string) => dropped.get(key) ?? 0
  const lengthOf = (key: string) => messagesIn(data, key).length - droppedFrom(key)
  for (let i = 0; i < drops; i++) {
    const [longest] = queueKeys(data)
      .filter((key) => droppedFrom(key) < waitingIn(data, key, flashed))
      .sort((a, b) => lengthOf(b) - lengthOf(a))
    if (longest !== undefined) dropped.set(longest, droppedFrom(longest) + 1)
  }
  return removeOldest(data, dropped)
}

/**
 * Drops the oldest waiting messages of each queue with more than `most`.
 *
 * @returns How many were dropped from each queue.
 */
export function boundQueues(data: Entries, flashed: Flashed, most: number): Map<string, number> {
  const excess = queueKeys(data).map((key): [string, number] => [
    key,
    Math.min(messagesIn(data, key).length - most, waitingIn(data, key, flashed)),
  ])
  return removeOldest(data, new Map(excess.filter(([, count]) => count > 0)))
}

/** @returns The counts by the names of the queues. */
function removeOldest(data: Entries, counts: Map<string, number>): Map<string, number> {
  const named = new Map<string, number>()
  for (const [key, count] of counts) {
    const left = messagesIn(data, key).slice(count)
    put(data, key, left.length > 0 ? left : undefined)
    named.set(key.slice(flashPrefix.length), count)
  }
  return named
}

/**
 * Changes a queue. In a request that nobody sees the queue behaves as usual, but nothing is recorded,
 * and the commit puts it back.
 */
function changeQueue(state: State, key: string, make: Change): void {
  if (state.isSeen()) {
    change(state, key, make)
    return
  }
  assertOpen(state)
  if (!state.unseen.has(key)) state.unseen.set(key, state.data.get(key))
  make(state.data)
}

function queuesOf({ data }: State): string[] {
  return queueKeys(data).map((key) => key.slice(flashPrefix.length))
}

function queueKeys(data: Entries): string[] {
  return [...data.keys()].filter((key) => key.startsWith(flashPrefix))
}

function waitingIn(data: Entries, key: string, flashed: Flashed): number {
  return messagesIn(data, key).length - (flashed.get(key) ?? 0)
}

function messagesIn(data: Entries, key: string): unknown[] {
  const messages = data.get(key)
  return Array.isArray(messages) ? messages : []
}

/** Removes each of the taken messages once. */
function without(messages: unknown[], taken: readonly string[]): unknown[] {
  const rest = [...taken]
  return messages.filter((message) => {
    const at = rest.indexOf(JSON.stringify(message))
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
}
