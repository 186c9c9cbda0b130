// The site on Node: npm run dev:node
import process from 'node:process'
import { serve } from '@hono/node-server'
import { openSqlite } from './node-sqlite.ts'
import { createSite } from './site.ts'

const fetch = await createSite({ openSqlite })
const port = Number(process.env.PORT || 8787)
const hostname = process.env.HOST || 'localhost'

serve({ fetch, port, hostname }, () => console.log(`Ready on http://${hostname}:${port}`))
