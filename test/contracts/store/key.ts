/** Makes a key that no other test uses. */
export function newKey(): string {
  return `contract:${crypto.randomUUID()}`
}
