import type { JSX } from 'hono/jsx/jsx-runtime'

interface MessagesProps {
  messages: readonly string[]
  errors: readonly string[]
}

/** Flash messages, by queue: errors as an alert, the others as a status; nothing if none wait. */
export function Messages({ messages, errors }: MessagesProps): JSX.Element {
  return (
    <>
      {errors.length > 0 && (
        <div class="messages error" role="alert">
          {errors.map((text) => (
            <p>{text}</p>
          ))}
        </div>
      )}
      {messages.length > 0 && (
        <div class="messages" role="status">
          {messages.map((text) => (
            <p>{text}</p>
          ))}
        </div>
      )}
    </>
  )
}

/**
 * Puts news before the title of its page: a screen reader reads the title first, and messages
 * that are in the page from the start only with the rest.
 */
export function titled(title: string, news: readonly string[]): string {
  return [...news, title].join(' – ')
}
