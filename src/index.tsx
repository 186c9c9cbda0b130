import { createApp } from './app/app.tsx'
import { scheduled } from './app/sweep.ts'

export { SessionObject } from './session/stores/durable-object.ts'

export default Object.assign(createApp(), { scheduled })
