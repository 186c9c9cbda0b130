import { excerpt } from '../errors.ts'

const maxDepth = 64

/**
 * Checks that JSON carries `value` without loss.
 *
 * An `undefined` member of an object is allowed, as `JSON.stringify` drops it; `-0` becomes `0`.
 *
 * @param name - The name of the value in the message.
 * @param parents - The objects it will be in, which count toward its depth. @default the session's data
 * @throws {TypeError} When it does not, naming the path of the first part that cannot be carried.
 */
export function assertJson(value: unknown, name: string, parents: object[] = [{}]): void {
  visit(value, [name], [...parents])
}

/** Whether data nest deeper than `assertJson` allows, so that they were not written here. */
export function isTooDeep(data: unknown, levels = maxDepth + 1): boolean {
  if (typeof data !== 'object' || data === null) return false
  return levels === 0 || Object.values(data).some((member) => isTooDeep(member, levels - 1))
}

function visit(value: unknown, path: string[], parents: object[]): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(path, String(value))
    return
  }
  if (value === undefined) refuse(path, 'undefined')
  if (typeof value !== 'object') refuse(path, `a ${typeof value}`)
  if (parents.includes(value)) refuse(path, 'a reference to an object that contains it')
  if (parents.length > maxDepth) refuse(path, `nested deeper than ${maxDepth} levels`)
  parents.push(value)
  if (Array.isArray(value)) visitArray(value, path, parents)
  else visitObject(value, path, parents)
  parents.pop()
}

function visitArray(array: unknown[], path: string[], parents: object[]): void {
  // Array.prototype is an array itself; the prototype of a subclass is not.
  if (!Array.isArray(Object.getPrototypeOf(array))) refuse(path, `a ${nameOf(array)}`)
  for (let i = 0; i < array.length; i++) visitMember(array[i], `[${i}]`, path, parents)
  // An array's own keys are its indices and `length`.
  if (Reflect.ownKeys(array).length > array.length + 1) refuse(path, 'an array with named keys')
}

function visitObject(object: object, path: string[], parents: object[]): void {
  if (!isPlain(object)) refuse(path, `a ${nameOf(object)}`)
  if ('toJSON' in object && typeof object.toJSON === 'function') {
    refuse(path, 'an object with its own toJSON()')
  }
  const entries = Object.entries(object)
  if (Reflect.ownKeys(object).length > entries.length) {
    refuse(path, 'an object with symbols or hidden properties')
  }
  for (const [key, member] of entries) {
    if (member !== undefined) visitMember(member, `.${key}`, path, parents)
  }
}

function visitMember(member: unknown, step: string, path: string[], parents: object[]): void {
  path.push(step)
  visit(member, path, parents)
  path.pop()
}

/** Whether an object is `{}` of any realm, or has no prototype: it inherits no data. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null) return true
  return (
    Object.getPrototypeOf(prototype) === null && Object.hasOwn(Object(prototype), 'isPrototypeOf')
  )
}

function nameOf(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : 'class instance'
}

function refuse(path: string[], what: string): never {
  throw new TypeError(
    `session: ${excerpt(path.join(''))} is ${excerpt(what)}, which JSON cannot carry. Use strings, finite numbers, booleans, null, arrays or plain objects.`,
  )
}
