import { raw } from 'hono/html'
import type { PropsWithChildren } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'

const links = [
  { href: '/', label: 'Home' },
  { href: '/howdy', label: 'Howdy' },
  { href: '/cart', label: 'Cart' },
  { href: '/session', label: 'Session' },
]

interface LayoutProps {
  title: string
  path?: string
}

/**
 * The frame around every page: head, navigation, main, footer.
 *
 * It has no inline style and no script, so that a Content-Security-Policy may refuse both.
 *
 * @param props.path - Where the page lives; marks its link as the current one.
 */
export function Layout({ title, path, children }: PropsWithChildren<LayoutProps>): JSX.Element {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="description" content="Sessions and flash messages for Hono on the edge." />
          <title>{title}</title>
          <link rel="stylesheet" href="/style.css" />
          <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        </head>
        <body>
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <header>
            <a href="/">
              <img src="/favicon.svg" alt="" width="28" height="28" />
              edge-session
            </a>
            <Navigation path={path} />
          </header>
          <main id="main" tabindex={-1}>
            {children}
          </main>
          <footer>
            <p>Sessions and flash messages for Hono on the edge. No script runs on this page.</p>
          </footer>
        </body>
      </html>
    </>
  )
}

function Navigation({ path }: { path: string | undefined }) {
  return (
    <nav aria-label="Main">
      <ul>
        {links.map(({ href, label }) => (
          <li>
            <a href={href} aria-current={href === path ? 'page' : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
