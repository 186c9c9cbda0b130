import type { JSX } from 'hono/jsx/jsx-runtime'
import { Tally } from '../components/tally.tsx'
import { Layout } from '../layout.tsx'

interface CounterPageProps {
  view: 'Home View' | 'Hello View'
  count: number
  path: string
}

/** The counter, seen from one of its two views. */
export function CounterPage({ view, count, path }: CounterPageProps): JSX.Element {
  return (
    <Layout title={view} path={path}>
      <h1>Hi {view}</h1>
      <div class="count">
        <p>Count: {count}</p>
        <Tally count={count} />
      </div>
      <p>
        One counter for both views. It is kept in your session: it goes on from here after the
        server restarts, and is yours alone.
      </p>
      <p>
        {view === 'Home View' ? (
          <Onward href="/howdy">Hello View</Onward>
        ) : (
          <Onward href="/">Home View</Onward>
        )}
      </p>
    </Layout>
  )
}

function Onward({ href, children }: { href: string; children: string }) {
  return (
    <a class="button" href={href}>
      Go on counting in the {children}
    </a>
  )
}
