import type { JSX } from 'hono/jsx/jsx-runtime'
import { CsrfField } from '../components/csrf-field.tsx'
import { Field } from '../components/field.tsx'
import type { Visit } from '../components/layout.tsx'
import { Layout } from '../components/layout.tsx'
import type { Refused } from '../forms.ts'
import { pageCode } from '../generated.ts'
import {
  type CartNews,
  cartBytes,
  counted,
  maxCartBytes,
  maxItemLength,
  newsOf,
} from '../model/cart.ts'

interface CartPageProps {
  items: readonly string[]
  news: readonly CartNews[]
  /** Whether the previous page showed news. */
  wasShown: boolean
  refused: Refused | undefined
  visit: Visit
  csrfToken: string
}

const description =
  'A cart in a session: each item that you add is confirmed by a flash message, which is shown once.'

/** The visitor's items, a form that adds one, and a button beside each that removes it. */
export function CartPage(props: CartPageProps): JSX.Element {
  const { items, news, wasShown, refused, visit, csrfToken } = props
  return (
    <Layout
      title="Cart"
      description={description}
      path="/cart"
      visit={visit}
      news={[...(refused ? [refused.why] : []), ...news.map(newsOf)]}
      code={pageCode.cart}
    >
      <h1>Cart</h1>
      <form class="add" method="post" action="/cart">
        <CsrfField token={csrfToken} />
        <Field
          name="item"
          label="Item"
          button="Add"
          maxLength={maxItemLength}
          hint={`Up to ${maxItemLength} characters. Emoji count as two or more.`}
          refused={refused}
        />
      </form>
      <section id="items" class="plain">
        <h2>{items.length > 0 ? `Your items (${items.length})` : 'Your items'}</h2>
        <News news={news} wasShown={wasShown} csrfToken={csrfToken} />
        {items.length > 0 ? (
          <Items items={items} csrfToken={csrfToken} />
        ) : (
          <p>Your cart is empty. Items stay here until your session ends.</p>
        )}
      </section>
    </Layout>
  )
}

type NewsProps = Pick<CartPageProps, 'news' | 'wasShown' | 'csrfToken'>

/** What the last form did; or a placeholder, on the page after that. */
function News({ news, wasShown, csrfToken }: NewsProps) {
  if (news.length === 0) {
    return wasShown && <p class="ghost">Shown once, then removed from your session.</p>
  }
  return (
    <>
      <div class="messages" role="status">
        {news.map((each) => (
          <form method="post" action={each.did === 'added' ? '/cart/remove' : '/cart'}>
            <p dir="auto">{newsOf(each)}</p>
            <CsrfField token={csrfToken} />
            <input type="hidden" name="item" value={each.item} />
            <button class="quiet" type="submit">
              Undo
            </button>
          </form>
        ))}
      </div>
      <p class="note explained">
        That was a flash message: it waited in your session for one page. Reload, and it is gone.
      </p>
    </>
  )
}

function Items({ items, csrfToken }: { items: readonly string[]; csrfToken: string }) {
  const bytes = cartBytes(items)
  return (
    <>
      <ul class="items">
        {counted(items).map(({ item, amount }) => (
          <li>
            <span>
              <span dir="auto">{item}</span>
              {amount > 1 && <span class="amount"> × {amount}</span>}
            </span>
            <form method="post" action="/cart/remove">
              <CsrfField token={csrfToken} />
              <input type="hidden" name="item" value={item} />
              <button class="quiet" type="submit">
                Remove<span class="unseen"> {item}</span>
              </button>
            </form>
          </li>
        ))}
      </ul>
      <p class="room">
        <label for="room">
          {kilobytes(bytes)} of {kilobytes(maxCartBytes)} kB used
        </label>
        <meter id="room" max={maxCartBytes} value={bytes} />
      </p>
    </>
  )
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(bytes < 100 ? 2 : 1)
}
