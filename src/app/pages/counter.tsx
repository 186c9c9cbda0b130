import type { JSX } from 'hono/jsx/jsx-runtime'
import { type Drawn, Layout, type Visit } from '../components/layout.tsx'
import { Tally } from '../components/tally.tsx'
import { Trip } from '../components/trip.tsx'
import { pageCode } from '../generated.ts'

interface CounterPageProps extends Drawn {
  visit: Visit
  view: 'Home View' | 'Hello View'
  count: number
}

const description =
  'The server remembers you: a live demonstration of sessions and flash messages for Hono on the edge.'

/** The counter, seen from one of its two views. */
export function CounterPage({ view, count, visit, inspection }: CounterPageProps): JSX.Element {
  const isHome = view === 'Home View'
  return (
    <Layout
      title={view}
      description={description}
      path={isHome ? '/' : '/howdy'}
      visit={visit}
      code={pageCode.counter}
    >
      <div class="hero">
        <div>
          <h1>Hi {view}</h1>
          {isHome ? <Pitch count={count} /> : <Shared />}
          <div class="count">
            <p>Count: {count}</p>
            <Tally count={count} />
          </div>
          <a class="button" href={isHome ? '/howdy' : '/'}>
            Keep counting on {isHome ? 'Howdy' : 'Home'}
          </a>
        </div>
        <Trip {...inspection} />
      </div>
      {isHome && <Cards />}
    </Layout>
  )
}

function Pitch({ count }: { count: number }) {
  return (
    <>
      <h2 class="pitch">The server remembers you.</h2>
      <p>
        HTTP forgets every visitor. A session is the note it leaves in your browser; this one says
        you have been here <strong>{times(count)}</strong>.
      </p>
    </>
  )
}

function Shared() {
  return (
    <p>
      Both pages share one counter. It lives in your session, so only you see it, and it survives a
      server restart.
    </p>
  )
}

function Cards() {
  return (
    <ul class="cards">
      <li>
        <h2>
          <a href="/howdy">Count</a>
        </h2>
        <p>Both pages share one counter. It lives in your session, so only you see it.</p>
      </li>
      <li>
        <h2>
          <a href="/cart">Flash</a>
        </h2>
        <p>Put something in the cart: the next page tells you so, once.</p>
      </li>
      <li>
        <h2>
          <a href="/session">Look inside</a>
        </h2>
        <p>See your session byte by byte, change it, and try to break it.</p>
      </li>
    </ul>
  )
}

function times(count: number): string {
  if (count === 1) return 'once'
  return count === 2 ? 'twice' : `${count.toLocaleString('en')} times`
}
