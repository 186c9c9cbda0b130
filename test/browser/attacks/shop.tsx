import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { CartPage } from '../../../src/app/pages/cart.tsx'
import { csrf, csrfToken, type Session, session } from '../../../src/session/index.ts'

interface User {
  user: string
  text: string
  /** A message that the shop itself removes at any request. */
  naive: string
  /** The `Sec-Purpose` of each visit to the inbox. */
  purposes: string[]
}

type Messages = Record<string, string>

const secret = 'only-the-shops-of-the-attacks-know-it'

/**
 * The target. It has a session with default options, and three with other cookies, to show that an
 * attack took place and would have succeeded otherwise.
 */
export const shop = new Hono()
  .onError((error, c) => {
    return error instanceof HTTPException ? error.getResponse() : c.text(error.name, 500)
  })
  // An app that overrides the library's headers.
  .use('/account', async (c, next) => {
    await next()
    const { caching } = c.req.query()
    if (!caching) return
    c.header('Cache-Control', caching)
    c.header('Vary', undefined)
  })
  .use(session<User>({ secret }))
  .use(
    session<User, Messages, 'plain'>({
      secret,
      as: 'plain',
      cookie: { name: 'plain', prefix: undefined },
    }),
  )
  .use(
    session<User, Messages, 'strict'>({
      secret,
      as: 'strict',
      cookie: { name: 'strict', sameSite: 'Strict' },
    }),
  )
  .use(
    session<User, Messages, 'open'>({
      secret,
      as: 'open',
      cookie: { name: 'open', sameSite: 'None', maxAge: 34_560_000 },
    }),
  )
  .get('/', (c) => c.html('<p>The shop'))
  .get('/login/:user', async (c) => {
    const { session, plain, strict, open } = c.var
    for (const get of [session, plain, strict, open]) (await get()).set('user', c.req.param('user'))
    c.header('Set-Cookie', 'loose=1; Path=/; Secure; HttpOnly', { append: true })
    return c.html('<p>Welcome')
  })
  .get('/logout', async (c) => {
    const session = await c.var.session()
    session.invalidate()
    return c.html('<p>Good bye')
  })
  .all('/who', async (c) => {
    const { session, plain, strict, open } = c.var
    const nameIn = async (get: () => Promise<Session<User>>) => (await get()).get('user') ?? null
    return c.json({
      session: await nameIn(session),
      plain: await nameIn(plain),
      strict: await nameIn(strict),
      open: await nameIn(open),
      cookie: c.req.header('Cookie') ?? '',
      origin: c.req.header('Origin') ?? null,
      site: c.req.header('Sec-Fetch-Site') ?? null,
    })
  })
  .get('/token', async (c) => c.text(csrfToken(await c.var.open())))
  .get('/page', (c) => {
    const { html = '', policy } = c.req.query()
    if (policy) c.header('Referrer-Policy', policy)
    return c.html(html)
  })
  .post('/buy', csrf({ as: 'open' }), (c) => c.text('bought'))
  .get('/account', async (c) => {
    const user = (await c.var.session()).get('user') ?? 'nobody'
    return c.html(`<p>Account of ${user}`)
  })
  .get('/keep/:length', async (c) => {
    const session = await c.var.session()
    session.set('text', 'x'.repeat(Number(c.req.param('length'))))
    return c.text('kept')
  })
  .get('/kept', async (c) => c.text(String((await c.var.session()).get('text')?.length)))
  .get('/greet', async (c) => {
    const session = await c.var.session()
    session.flash('hello')
    session.set('naive', 'hello')
    return c.html('<p>Greeted')
  })
  .get('/inbox', async (c) => c.json(await inbox(c, await c.var.session())))
  .get('/cart', (c) => {
    const texts = c.req.queries('text') ?? []
    return c.html(
      <CartPage
        items={texts}
        news={[]}
        wasShown={false}
        refused={undefined}
        visit={{ origin: '', messages: texts, errors: texts }}
        csrfToken=""
      />,
    )
  })

async function inbox(c: Context, session: Session<User>) {
  const naive = session.get('naive') ?? null
  session.delete('naive')
  const purpose = c.req.header('Sec-Purpose') ?? ''
  const purposes = session.update('purposes', (list = []) => [...list, purpose])
  return { messages: session.popFlash(), naive, purposes }
}
