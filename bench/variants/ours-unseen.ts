// This library where its process has not seen a token before, or has forgotten it: more visitors come
// than tokens are remembered.
export { default } from './ours.ts'
