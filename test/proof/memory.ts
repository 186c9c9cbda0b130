import { memoryStore } from '../../src/session/stores/memory.ts'
import { proofApp } from './app.ts'
import type { Places } from './place.ts'

/** The app in this process, on a store that only this process has. */
export function startMemory(): Places {
  const store = memoryStore()
  const instances = [proofApp(() => store)] as const
  return { places: [{ name: 'memory', instances, isExact: true }], stop: async () => {} }
}
