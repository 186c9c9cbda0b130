// Reads and writes sessions of a D1 database that has many. Whoever asks takes the time.
import { d1Store } from '../src/session/stores/d1.ts'
import { type Turns, turnsOn } from './growth.ts'

export default {
  async fetch(request: Request, { DB }: { DB: Parameters<typeof d1Store>[0] }): Promise<Response> {
    await turnsOn(d1Store(DB), (await request.json()) as Turns)
    return new Response()
  },
}
