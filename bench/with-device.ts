// The core, and what binds sessions to devices.

export { deviceBinding } from '../src/session/device.ts'
export * from './core.ts'
