import type { JSX } from 'hono/jsx/jsx-runtime'
import { CsrfField } from '../components/csrf-field.tsx'
import { Messages, titled } from '../components/messages.tsx'
import { Layout } from '../layout.tsx'

interface CartPageProps {
  items: string[]
  messages: string[]
  errors: string[]
  csrfToken: string
  maxLength: number
}

/** The visitor's items, a form that adds one, and a button beside each that removes it. */
export function CartPage(props: CartPageProps): JSX.Element {
  const { items, messages, errors, csrfToken, maxLength } = props
  return (
    <Layout title={titled('Cart', errors, messages)} path="/cart">
      <h1>Cart</h1>
      <Messages messages={messages} errors={errors} />
      <AddForm csrfToken={csrfToken} maxLength={maxLength} />
      <h2>{items.length > 0 ? `Your items (${items.length})` : 'Your items'}</h2>
      {items.length > 0 ? (
        <ul class="items">
          {items.map((item) => (
            <Item item={item} csrfToken={csrfToken} />
          ))}
        </ul>
      ) : (
        <p>Your cart is empty. What you add waits here until your session ends.</p>
      )}
    </Layout>
  )
}

function AddForm({ csrfToken, maxLength }: { csrfToken: string; maxLength: number }) {
  return (
    <form class="add" method="post" action="/cart">
      <CsrfField token={csrfToken} />
      <label for="item">Item</label>
      <div>
        <input
          id="item"
          name="item"
          type="text"
          required
          maxlength={maxLength}
          autocomplete="off"
          aria-describedby="item-hint"
        />
        <button type="submit">Add</button>
      </div>
      <p class="note" id="item-hint">
        At most {maxLength} characters; an emoji counts for two or more.
      </p>
    </form>
  )
}

function Item({ item, csrfToken }: { item: string; csrfToken: string }) {
  return (
    <li>
      <span dir="auto">{item}</span>
      <form method="post" action="/cart/remove">
        <CsrfField token={csrfToken} />
        <input type="hidden" name="item" value={item} />
        <button class="quiet" type="submit">
          Remove<span class="unseen"> {item}</span>
        </button>
      </form>
    </li>
  )
}
