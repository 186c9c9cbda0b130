import { type Context, Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { doctor } from './doctor.ts'
import { answerError, fault } from './faults.tsx'
import { securityHeaders } from './headers.ts'
import { cart } from './routes/cart.tsx'
import { counter } from './routes/counter.tsx'
import { login } from './routes/login.ts'
import { inspector } from './routes/session.tsx'
import { type SiteEnv, sessions } from './sessions.ts'

/** Makes the site. */
export function createApp() {
  const app = new Hono<SiteEnv>()
  app.onError(answerError)
  app.notFound((c) => fault(c, 404))

  return app
    .use(securityHeaders)
    .use(methodNotAllowed({ app, onMethodNotAllowed }))
    .use(doctor())
    .use(sessions())
    .route('/', counter)
    .route('/cart', cart)
    .route('/session', inspector)
    .route('/session', login)
}

function onMethodNotAllowed(c: Context, methods: string[]) {
  return fault(c, 405, { headers: { Allow: methods.join(', ') } })
}
