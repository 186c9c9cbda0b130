import { Hono } from 'hono'
import { html } from 'hono/html'

const page = (name: string) => html`
  <!DOCTYPE html>
  <html lang="en">
    <title>${name}</title>
    <h1>Hi ${name}</h1>
  </html>
`

const app = new Hono()
  .get('/', (c) => c.html(page('Home View')))
  .get('/howdy', (c) => c.html(page('Hello View')))

export default app
