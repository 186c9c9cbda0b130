import { createApp } from './app/app.tsx'

export default createApp()
