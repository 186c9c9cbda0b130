import { createApp } from './app/app.tsx'

export { SessionObject } from './session/stores/durable-object.ts'

export default createApp()
