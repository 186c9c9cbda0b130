// `limit` with two rules of ours that cost something: caches inside see that a page is private, and a
// response with a cookie is a copy.
import { host } from '../host.ts'
import { handmade } from './handmade.ts'
import { decode, encode } from './limit.ts'

export default host(handmade({ decode, encode, isSafe: true }))
