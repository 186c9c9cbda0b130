import { assertJson } from './json.ts'
import { change, type Entries, flashPrefix, put, type State } from './state.ts'

/**
 * Appends a message to a queue.
 *
 * @throws {TypeError} When JSON cannot carry it.
 */
export function append(
  state: State,
  queue: string,
  message: unknown,
  allowDuplicate: boolean,
): void {
  const key = flashPrefix + queue
  assertJson(message, `flash(${JSON.stringify(queue)})`, [{}, []])
  const text = JSON.stringify(message)
  change(state, key, (data) => {
    const waiting = messagesIn(data, key)
    if (!allowDuplicate && waiting.some((other) => JSON.stringify(other) === text)) return
    data.set(key, [...waiting, JSON.parse(text)])
  })
}

/** Reads copies of the messages of a queue. */
export function peek(state: State, queue: string): unknown[] {
  return JSON.parse(JSON.stringify(messagesIn(state.data, flashPrefix + queue)))
}

/** Takes the messages of a queue out: those that are there now, not those that another request adds. */
export function take(state: State, queue: string): unknown[] {
  const key = flashPrefix + queue
  const messages = peek(state, queue)
  if (messages.length === 0 || !state.isVisit()) return messages
  const shown = messages.map((message) => JSON.stringify(message))
  change(state, key, (data) => {
    const left = without(messagesIn(data, key), shown)
    put(data, key, left.length > 0 ? left : undefined)
  })
  return messages
}

function messagesIn(data: Entries, key: string): unknown[] {
  const messages = data.get(key)
  return Array.isArray(messages) ? messages : []
}

/** Leaves each message out once that was shown. */
function without(messages: unknown[], shown: readonly string[]): unknown[] {
  const out = [...shown]
  return messages.filter((message) => {
    const at = out.indexOf(JSON.stringify(message))
    if (at >= 0) out.splice(at, 1)
    return at < 0
  })
}
