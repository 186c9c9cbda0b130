// The site on Deno, and on Deno Deploy: npm run dev:deno, or deno task dev
import process from 'node:process'
import { type DenoKv, denoKvStore } from '../session/stores/deno-kv.ts'
import { openSqlite } from './node-sqlite.ts'
import { createSite } from './site.ts'

declare const Deno: {
  openKv(): Promise<DenoKv>
  serve(
    options: { port: number; hostname: string },
    fetch: (request: Request) => Promise<Response>,
  ): unknown
}

const openKv = async () => denoKvStore(await Deno.openKv())
const fetch = await createSite({ openSqlite, openKv })

// Deno Deploy listens where it likes.
Deno.serve(
  { port: Number(process.env.PORT || 8787), hostname: process.env.HOST || 'localhost' },
  fetch,
)
