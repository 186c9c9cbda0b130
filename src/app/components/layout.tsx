import { raw } from 'hono/html'
import type { PropsWithChildren } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Inspection } from '../../session/inspector/inspect.ts'
import { repository, styleSheet } from '../generated.ts'
import { CsrfField } from './csrf-field.tsx'
import { Messages, titled } from './messages.tsx'
import { PageCode } from './page-code.tsx'

const links = [
  { href: '/', label: 'Home' },
  { href: '/howdy', label: 'Howdy' },
  { href: '/cart', label: 'Cart' },
  { href: '/session', label: 'Session' },
]

/** What the frame of a page shows of who visits it. */
export interface Visit {
  /** Where the site is, such as `https://shop.example`. */
  readonly origin: string
  /** Who is logged in, and a token for the form that logs out. */
  readonly login?: { readonly user: string; readonly csrfToken: string } | undefined
  /** Why the visitor's cookie was not honored. */
  readonly notice?: string | undefined
  readonly messages?: readonly string[]
  readonly errors?: readonly string[]
}

/** What a page draws of the session. */
export interface Drawn {
  readonly inspection: Inspection
  /** What the store is called. */
  readonly store: string
}

interface LayoutProps {
  title: string
  description: string
  /** News of the page itself, for its title. */
  news?: readonly string[] | undefined
  /** Where the page lives; marks its link as the current one. */
  path?: string
  visit: Visit
  code?: { readonly path: string; readonly text: string }
}

/**
 * The frame around every page: head, navigation, messages, main, footer.
 *
 * It has no inline style and no script, so that a Content-Security-Policy may refuse both.
 */
export function Layout(props: PropsWithChildren<LayoutProps>): JSX.Element {
  const { path, visit, code, children } = props
  const { login, notice, messages = [], errors = [] } = visit
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <Head {...props} />
        <body>
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <header>
            <a class="brand" href="/">
              <img src="/favicon.svg" alt="" width="28" height="28" />
              edge-session
            </a>
            {login && <LogOut {...login} />}
            <Navigation path={path} />
          </header>
          <main id="main" tabindex={-1}>
            {notice && <p class="notice">{notice}</p>}
            <Messages messages={messages} errors={errors} />
            {children}
            {code && <PageCode {...code} />}
          </main>
          <Footer />
        </body>
      </html>
    </>
  )
}

function Head({ title, description, path = '/', visit, news = [] }: LayoutProps) {
  const { origin, messages = [], errors = [] } = visit
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{titled(`${title} · edge-session`, [...errors, ...messages, ...news])}</title>
      <meta name="description" content={description} />
      {origin.startsWith('https:') && (
        // Over plain http anybody can name another host.
        <Card title={title} description={description} url={origin} path={path} />
      )}
      <meta name="color-scheme" content="light dark" />
      <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f3f5f1" />
      <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#121715" />
      <link rel="stylesheet" href={styleSheet} />
      <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
      <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
    </head>
  )
}

/** What other sites show where somebody shares the page: https://ogp.me */
function Card(props: { title: string; description: string; url: string; path: string }) {
  return (
    <>
      <meta property="og:title" content={`${props.title} · edge-session`} />
      <meta property="og:description" content={props.description} />
      <meta property="og:type" content="website" />
      <meta property="og:url" content={props.url + props.path} />
      <meta property="og:image" content={`${props.url}/card.png`} />
      <meta property="og:image:alt" content="A cookie, taken apart byte by byte" />
      <meta name="twitter:card" content="summary_large_image" />
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

function LogOut({ user, csrfToken }: { user: string; csrfToken: string }) {
  return (
    <form class="who" method="post" action="/session/logout">
      <CsrfField token={csrfToken} />
      <bdi>{user}</bdi>
      <button class="quiet" type="submit">
        Log out
      </button>
    </form>
  )
}

function Footer() {
  return (
    <footer>
      <p>Sessions and flash messages for Hono on the edge. No script runs on this page.</p>
      <ul>
        <li>
          <a href={repository}>Source</a>
        </li>
        <li>
          <a href={`${repository}#readme`}>Documentation</a>
        </li>
        <li>
          <a href={`${repository}/blob/main/SECURITY.md`}>Security</a>
        </li>
      </ul>
    </footer>
  )
}
