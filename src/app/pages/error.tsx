import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Visit } from '../components/layout.tsx'
import { Layout } from '../components/layout.tsx'

/** Where an error page leads to. */
export interface Onward {
  readonly href: string
  readonly label: string
}

const home: readonly Onward[] = [{ href: '/', label: 'Go home' }]

interface ErrorPageProps {
  status: number
  title: string
  message: string
  /** By default home. */
  onward?: readonly Onward[]
  /** For the developer on localhost: what the log says. */
  help: string | undefined
  visit: Visit
}

/** Says what went wrong, in the same frame as every other page. */
export function ErrorPage(props: ErrorPageProps): JSX.Element {
  const { status, title, message, onward = home, help, visit } = props
  return (
    <Layout title={title} description={message} visit={visit}>
      <p class="status">{status}</p>
      <h1>{title}</h1>
      <p>{message}</p>
      {help && (
        <div class="messages error">
          <p>{help}</p>
          <p class="note">Only this machine sees this: the site runs on localhost.</p>
        </div>
      )}
      <p>
        {onward.map(({ href, label }) => (
          <>
            <a class="button" href={href}>
              {label}
            </a>{' '}
          </>
        ))}
      </p>
    </Layout>
  )
}
