// What an app takes that needs sessions, flash messages and CSRF tokens, and no more.
export { csrf, csrfToken, session } from '../src/session/index.ts'
