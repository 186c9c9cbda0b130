// Made by scripts/generate-site.js. Change what it is made of.

/** Where browsers find the style sheet, under a name that changes with it. */
export const styleSheet = '/style-3f6a9824.css'

/** Where the project is at home. */
export const repository = 'https://github.com/your-name/edge-session'

/** What each page shows of its own code. */
export const pageCode = {
  counter: {
    path: 'src/app/routes/counter.tsx',
    text: `.get('/', async (c) => {
  const session = await c.var.session()
  const count = countVisit(session, c.req.method)
  const { visit } = visitOf(c, session)
  const drawing = drawn(c, session)
  return c.html(<CounterPage view="Home View" count={count} visit={visit} {...drawing} />)
})

function countVisit(session: SiteSession, method: string): number {
  if (method === 'HEAD') return session.get('counter') ?? 0
  return session.update('counter', (count = 0) => count + 1)
}`,
  },
  cart: {
    path: 'src/app/routes/cart.tsx',
    text: `.post('/', csrf(), async (c) => {
  const session = await c.var.session()
  const item = await posted(c, 'item')
  const problem = whyNot(session.get('cart') ?? [], item)
  if (problem) {
    session.flash(refuse(item, problem), 'item', false)
    return c.redirect('/cart', 303)
  }
  session.update('cart', (cart = []) => [...cart, item])
  session.flash({ did: 'added', item }, 'cart', false)
  return c.redirect('/cart#items', 303)
})`,
  },
  session: {
    path: 'src/app/routes/login.ts',
    text: `.post('/login', csrf(), async (c) => {
  const session = await c.var.session()
  const name = await posted(c, 'name')
  if (name === '' || name.length > maxNameLength) {
    session.flash(
      refuse(name, \`Enter a name of up to \${maxNameLength} characters.\`),
      'name',
      false,
    )
    return c.redirect('/session#login', 303)
  }
  session.regenerate() // anyone who knew the old identity does not know this one
  session.bind(name)
  if (await posted(c, 'remember')) session.remember()
  session.set('login', loginFrom(c.req.header('User-Agent')))
  session.flash('You are logged in.')
  return c.redirect('/session#login', 303)
})`,
  },
}
