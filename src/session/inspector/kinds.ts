import { boundKey, csrfKey, deviceKey, flashPrefix, stayKey } from '../state/reserved-keys.ts'

/** The kinds of parts of a session. Each has one color everywhere: `.k-csrf` in style.css. */
export type Kind =
  | 'name'
  | 'times'
  | 'id'
  | 'csrf'
  | 'flash'
  | 'user'
  | 'sealed'
  | 'signature'
  | `data-${number}`

const dataColors = 4

/** The kind of a session's key, and its label. */
export function kindOf(key: string): { kind: Kind; label: string } {
  if (key === csrfKey) return { kind: 'csrf', label: 'CSRF token' }
  if (key === boundKey) return { kind: 'user', label: 'User' }
  if (key === stayKey) return { kind: 'user', label: 'Stay logged in' }
  if (key === deviceKey) return { kind: 'user', label: 'Device' }
  if (key.startsWith(flashPrefix)) return { kind: 'flash', label: flashLabel(key) }
  return { kind: `data-${colorOf(key)}`, label: key }
}

function flashLabel(key: string): string {
  const queue = key.slice(flashPrefix.length)
  return queue === '' ? 'Flash messages' : `Flash messages “${queue}”`
}

/** A color that depends on the key alone, so that it stays when other keys come and go. */
function colorOf(key: string): number {
  let hash = 0
  for (let i = 0; i < key.length; i++) hash = (hash * 31 + key.charCodeAt(i)) % 9973
  return hash % dataColors
}
