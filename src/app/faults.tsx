import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { StoreError } from '../session/index.ts'
import { ErrorPage } from './pages/error.tsx'
import { ConfigurationError } from './stores.ts'

const pages: Record<number, { title: string; message: string }> = {
  403: {
    title: 'Not accepted',
    message:
      'The form is too old, or came from another site. Please go back, reload and try again.',
  },
  404: { title: 'Not found', message: 'There is no page at this address.' },
  405: { title: 'Not possible', message: 'This page cannot be used that way.' },
  500: { title: 'Something broke', message: 'The fault is ours. Please try again.' },
  503: {
    title: 'Not available',
    message:
      'Your session cannot be reached just now. Nothing is lost: please try again in a minute.',
  },
}

/** Answers with the page for a status. */
export function fault(c: Context, status: ContentfulStatusCode, headers?: Record<string, string>) {
  const { title, message } = pages[status] ?? {
    title: `Error ${status}`,
    message: 'Please go back.',
  }
  return c.html(<ErrorPage status={status} title={title} message={message} />, status, headers)
}

/** Answers for a handler that threw. */
export function answerError(error: Error, c: Context) {
  const status = statusOf(error)
  if (status >= 500) log(error)
  return fault(c, status)
}

/** Errors that know their answer, as `HTTPException` and `StoreError` do, have a status. */
function statusOf(error: Error): ContentfulStatusCode {
  return 'getResponse' in error && 'status' in error ? (error.status as ContentfulStatusCode) : 500
}

function log(error: Error) {
  console.error(
    error instanceof ConfigurationError ? error.message : `${error.stack}${reason(error)}`,
  )
}

/** Tells why a store failed. Of its error the message only: the rest may hold a session. */
function reason(error: Error): string {
  if (!(error instanceof StoreError && error.cause instanceof Error)) return ''
  return `\nCaused by: ${error.cause.message}`
}
