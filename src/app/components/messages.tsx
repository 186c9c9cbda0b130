import type { JSX } from 'hono/jsx/jsx-runtime'

interface MessagesProps {
  messages: string[]
  errors: string[]
}

/** Flash messages, by queue: errors as an alert, the others as a status; nothing where none wait. */
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
