// The site that `npm run device` visits with a browser that has device-bound sessions.
export { default } from '../../../tools/device/app.ts'
