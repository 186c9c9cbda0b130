// The site on Deno, and on Deno Deploy: npm run dev:deno, or deno task dev
import process from 'node:process'
import { openSqlite } from './node-sqlite.ts'
import { createSite } from './site.ts'

declare const Deno: {
  serve(
    options: { port: number; hostname: string },
    fetch: (request: Request) => Promise<Response>,
  ): unknown
}

const fetch = await createSite({ openSqlite })

// Deno Deploy listens where it likes.
Deno.serve(
  { port: Number(process.env.PORT || 8787), hostname: process.env.HOST || 'localhost' },
  fetch,
)
