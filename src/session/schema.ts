import type { StandardSchemaV1 } from '@standard-schema/spec'
import { assertJson } from './json.ts'
import { isReserved } from './state.ts'

/**
 * Holds a session's data against its schema.
 *
 * @param data - With flash queues and the CSRF token, which the schema does not see.
 * @returns The data as the schema gives it back, with them; `null` when it does not pass.
 * @throws {TypeError} When the schema gives what JSON cannot carry.
 */
export async function validate(
  schema: StandardSchemaV1<unknown, object>,
  data: object,
): Promise<object | null> {
  const entries = Object.entries(data)
  const own = Object.fromEntries(entries.filter(([key]) => !isReserved(key)))
  const result = await schema['~standard'].validate(own)
  if (result.issues) return null
  assertJson(result.value, 'schema')
  const ours = entries.filter(([key]) => isReserved(key))
  return Object.fromEntries([...Object.entries(result.value), ...ours])
}
