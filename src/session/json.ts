import { oneLine } from './errors.ts'

const maxDepth = 64

/**
 * Checks that JSON carries `value` without loss.
 *
 * An `undefined` member of an object is let through, as `JSON.stringify` drops it; `-0` becomes `0`.
 *
 * @param path - Where the value stands, for the message.
 * @param parents - What it will stand in, which counts for its depth: the session's data, unless given.
 * @throws {TypeError} When it does not, naming the path of the first part that cannot be carried.
 */
export function assertJson(value: unknown, path: string, parents: object[] = [{}]): void {
  visit(value, path, parents)
}

/** Tells whether data nests deeper than `assertJson` lets its values: then nobody here wrote it. */
export function isTooDeep(data: unknown, levels = maxDepth + 1): boolean {
  if (typeof data !== 'object' || data === null) return false
  return levels === 0 || Object.values(data).some((member) => isTooDeep(member, levels - 1))
}

function visit(value: unknown, path: string, parents: object[]): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(path, String(value))
    return
  }
  if (value === undefined) refuse(path, 'undefined')
  if (typeof value !== 'object') refuse(path, `a ${typeof value}`)
  if (parents.includes(value)) refuse(path, 'a reference to what contains it')
  if (parents.length > maxDepth) refuse(path, `nested deeper than ${maxDepth} levels`)
  parents.push(value)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) visit(value[i], `${path}[${i}]`, parents)
  } else {
    if (!isPlain(value)) refuse(path, `a ${value.constructor?.name || 'class instance'}`)
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) visit(member, `${path}.${key}`, parents)
    }
  }
  parents.pop()
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function refuse(path: string, what: string): never {
  throw new TypeError(
    `session: ${oneLine(path)} is ${what}, which JSON cannot carry. Store text, finite numbers, booleans, null, arrays or plain objects.`,
  )
}
