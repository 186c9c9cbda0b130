import type { JSX } from 'hono/jsx/jsx-runtime'
import { SessionStory } from '../../session/inspector/story.tsx'
import { type Drawn, Layout, type Visit } from '../components/layout.tsx'
import { Actions } from '../components/session-actions.tsx'
import { TryToBreak } from '../components/try-to-break.tsx'
import { YourSessions } from '../components/your-sessions.tsx'
import type { Refused } from '../forms.ts'
import { pageCode } from '../generated.ts'
import type { Attempt } from '../model/breaking.ts'
import type { Devices } from '../model/devices.ts'

interface SessionPageProps extends Drawn {
  visit: Visit
  /** Where the visitor is logged in; `null`: nowhere. */
  devices: Devices | null
  refused: Refused | undefined
  attempt: Attempt | undefined
  csrfToken: string
}

const description =
  'Your own session, byte by byte: the cookie that your browser sent, what it says, and what it gets back.'

/** The inspector: the story of the session in this request, and buttons that change it. */
export function SessionPage(props: SessionPageProps): JSX.Element {
  const { inspection, store, devices, csrfToken, visit, refused, attempt } = props
  return (
    <Layout
      title="Session"
      description={description}
      path="/session"
      visit={visit}
      news={refused && [refused.why]}
      code={pageCode.session}
    >
      <h1>Session</h1>
      <SessionStory
        inspection={inspection}
        store={store}
        actions={<Actions csrfToken={csrfToken} />}
      >
        <YourSessions
          devices={devices}
          now={inspection.now}
          csrfToken={csrfToken}
          refused={refused}
        />
        <TryToBreak attempt={attempt} csrfToken={csrfToken} />
      </SessionStory>
    </Layout>
  )
}
