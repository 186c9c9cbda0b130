// `limit` that marks a page as private when the session is opened, as ours does: a cache inside, such as
// Hono's, stores the response before the outer middleware sees it.
import { host } from '../host.ts'
import { handmade } from './handmade.ts'
import { decode, encode } from './limit.ts'

export default host(handmade({ decode, encode, marksEarly: true }))
