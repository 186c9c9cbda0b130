// What an app takes that needs sessions and flash messages, and no more.
export { session } from '../src/session/index.ts'
