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
  return queuesIn(state.data).flatMap(({ queue }) =>
    peek(state, queue).map((message): [string, unknown] => [queue, message]),
  )
}

/** Removes the messages that a queue has now, not those that another request is adding. */
export function take(state: State, queue: string): unknown[] {
  const key = flashPrefix + queue
  const messages = peek(state, queue)
  if (messages.length === 0) return messages
  const taken = messages.map((message) => JSON.stringify(message))
  changeQueue(state, key, (data) => putMessages(data, key, without(messagesIn(data, key), taken)))
  state.flashed.delete(key)
  return messages
}

/** Removes all messages, each with the name of its queue. */
export function takeAll(state: State): [queue: string, message: unknown][] {
  const all = peekAll(state)
  for (const { queue } of queuesIn(state.data)) take(state, queue)
  return all
}

/**
 * Drops the oldest message that was waiting in the longest queue.
 *
 * @param flashed - How many messages at the end of each queue must stay.
 * @returns The queue, or `null` if no message was waiting.
 */
export function dropOldest(data: Entries, flashed: ReadonlyMap<string, number>): string | null {
  const [longest] = queuesIn(data)
    .filter(({ key }) => waitingIn(data, key, flashed) > 0)
    .sort((a, b) => messagesIn(data, b.key).length - messagesIn(data, a.key).length)
  if (longest === undefined) return null
  putMessages(data, longest.key, messagesIn(data, longest.key).slice(1))
  return longest.queue
}

/**
 * Drops the oldest waiting messages of each queue with more than `most`.
 *
 * @returns How many were dropped from each queue.
 */
export function boundQueues(
  data: Entries,
  flashed: ReadonlyMap<string, number>,
  most: number,
): Map<string, number> {
  const dropped = new Map<string, number>()
  for (const { key, queue } of queuesIn(data)) {
    const messages = messagesIn(data, key)
    const count = Math.min(messages.length - most, waitingIn(data, key, flashed))
    if (count <= 0) continue
    data.set(key, messages.slice(count))
    dropped.set(queue, count)
  }
  return dropped
}

/**
 * Changes a queue. In a request that nobody sees the queue behaves as ever, but nothing is recorded,
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

/** Lists the queues, and the keys under which the data have them. */
function queuesIn(data: Entries): { key: string; queue: string }[] {
  return [...data.keys()]
    .filter((key) => key.startsWith(flashPrefix))
    .map((key) => ({ key, queue: key.slice(flashPrefix.length) }))
}

/** Replaces the messages of a queue; without any it is none. */
function putMessages(data: Entries, key: string, messages: unknown[]): void {
  put(data, key, messages.length > 0 ? messages : undefined)
}

function waitingIn(data: Entries, key: string, flashed: ReadonlyMap<string, number>): number {
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
