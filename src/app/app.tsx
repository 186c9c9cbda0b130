import { type Context, Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { answerError, fault } from './faults.tsx'
import { securityHeaders } from './headers.ts'
import { cart } from './routes/cart.tsx'
import { counter } from './routes/counter.tsx'
import { login } from './routes/login.ts'
import { inspector } from './routes/session.tsx'
import { sessions } from './sessions.ts'
import type { Bindings } from './stores.ts'

/** Makes the site. */
export function createApp() {
  const app = new Hono<{ Bindings: Bindings }>()
  app.onError(answerError)
  app.notFound((c) => fault(c, 404))

  return app
    .use(securityHeaders)
    .use(methodNotAllowed({ app, onMethodNotAllowed }))
    .use(sessions())
    .route('/', counter)
    .route('/cart', cart)
    .route('/session', inspector)
    .route('/session', login)
}

function onMethodNotAllowed(c: Context, methods: string[]) {
  return fault(c, 405, { Allow: methods.join(', ') })
}
