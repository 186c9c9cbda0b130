import type { StandardSchemaV1 } from '../options/standard-schema.ts'
import type { Entries } from '../state/changes.ts'
import { assertJson } from '../state/json.ts'
import { isReserved } from '../state/reserved-keys.ts'

/**
 * Checks a session's data against its schema.
 *
 * @param data - With the library's own keys, which the schema does not see.
 * @returns The data as the schema returns them, with those keys; `null` when they do not pass.
 * @throws {TypeError} When the schema returns anything but an object that JSON can carry.
 */
export async function validate(
  schema: StandardSchemaV1<unknown, object>,
  data: Entries,
): Promise<Entries | null> {
  const entries = [...data]
  const own = entries.filter(([key]) => !isReserved(key))
  if (own.length === 0) return data // like a new session, which is not checked either
  const result = await schema['~standard'].validate(Object.fromEntries(own))
  if (result.issues) return null
  assertJson(result.value, 'schema', [])
  if (typeof result.value !== 'object' || result.value === null || Array.isArray(result.value)) {
    throw new TypeError('session(): schema returns no object: let it describe one')
  }
  // A copy: what a schema fills in may be one object for all visitors.
  const checked = Object.entries(JSON.parse(JSON.stringify(result.value)))
  return new Map([
    ...checked.filter(([key]) => !isReserved(key)),
    ...entries.filter(([key]) => isReserved(key)),
  ])
}
