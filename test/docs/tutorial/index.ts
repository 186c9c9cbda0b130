export { default } from './flash.ts'
