import { assertJson } from './json.ts'
import type { StandardSchemaV1 } from './options/standard-schema.ts'
import { isReserved } from './state.ts'

/**
 * Holds a session's data against its schema.
 *
 * @param data - With flash queues and the CSRF token, which the schema does not see.
 * @returns The data as the schema gives it back, with them; `null` when it does not pass.
 * @throws {TypeError} When the schema gives anything but an object that JSON can carry.
 */
export async function validate(
  schema: StandardSchemaV1<unknown, object>,
  data: object,
): Promise<object | null> {
  const entries = Object.entries(data)
  const own = entries.filter(([key]) => !isReserved(key))
  if (own.length === 0) return data // as good as new, and a new session is not asked either
  const result = await schema['~standard'].validate(Object.fromEntries(own))
  if (result.issues) return null
  assertJson(result.value, 'schema', [])
  if (typeof result.value !== 'object' || result.value === null || Array.isArray(result.value)) {
    throw new TypeError('session(): schema gives no object: let it describe one')
  }
  // A copy: what a schema fills in may be one object for all visitors.
  const given = Object.entries(JSON.parse(JSON.stringify(result.value)))
  return Object.fromEntries([
    ...given.filter(([key]) => !isReserved(key)),
    ...entries.filter(([key]) => isReserved(key)),
  ])
}
