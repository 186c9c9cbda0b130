import { expect, it } from 'vitest'
import { YourSessions } from '../../src/app/components/your-sessions.tsx'

it('the list says which session is bound to this device', () => {
  const session = { id: 'a', created: 1, seen: 1, current: true, browser: 'Edge on Windows' }
  const list = (isBound: boolean) =>
    String(
      <YourSessions
        devices={{ user: 'mary', sessions: [{ ...session, isBound }] }}
        now={2}
        csrfToken=""
        refused={undefined}
      />,
    )
  expect(list(true)).toContain('bound to this device')
  expect(list(false)).not.toContain('bound to this device')
})
