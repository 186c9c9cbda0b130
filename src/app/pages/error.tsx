import type { JSX } from 'hono/jsx/jsx-runtime'
import { Layout } from '../layout.tsx'

interface ErrorPageProps {
  status: number
  title: string
  message: string
}

/** Says what went wrong, in the same frame as every other page. */
export function ErrorPage({ status, title, message }: ErrorPageProps): JSX.Element {
  return (
    <Layout title={title}>
      <p class="status">{status}</p>
      <h1>{title}</h1>
      <p>{message}</p>
      <p>
        <a class="button" href="/">
          Go home
        </a>
      </p>
    </Layout>
  )
}
