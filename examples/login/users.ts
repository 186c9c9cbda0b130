// Stands for your users' database.

/** More take longer to guess: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const iterations = 600_000

interface User {
  readonly salt: Uint8Array<ArrayBuffer>
  readonly hash: Promise<Uint8Array>
}

const users = new Map<string, User>([['ada', makeUser('lovelace')]])

// Takes as long for an unknown name, so that the time reveals no names.
const nobody = makeUser(crypto.randomUUID())

/** The user of that name and password; `undefined` if there is none. */
export async function checkPassword(name: string, password: string): Promise<string | undefined> {
  const { salt, hash } = users.get(name) ?? nobody
  const [expected, actual] = await Promise.all([hash, hashOf(password, salt)])
  const difference = actual.reduce((sum, byte, at) => sum | (byte ^ (expected[at] ?? 0)), 0)
  return difference === 0 ? name : undefined
}

function makeUser(password: string): User {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  return { salt, hash: hashOf(password, salt) }
}

async function hashOf(password: string, salt: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(password)
  const key = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits'])
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256))
}
