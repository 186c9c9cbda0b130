import { expect, it } from 'vitest'
import { browser } from '../../src/session/testing.ts'
import app from './events.ts'
import { observe } from './otel.ts'

it('counts events and refused cookies into a dataset', async () => {
  const points: unknown[] = []
  const SESSION_EVENTS = { writeDataPoint: (point: unknown) => points.push(point) }
  const visitor = browser(app, { SESSION_SECRET: crypto.randomUUID(), SESSION_EVENTS })
  await visitor.get('/')
  expect(points).toMatchObject([{ indexes: ['created'] }])
  visitor.cookies.set('__Host-session', 'nonsense')
  await visitor.get('/')
  expect(points).toContainEqual({ indexes: ['rejected'], blobs: ['rejected', 'forged'] })
})

it('counts events with a meter', () => {
  const counted: unknown[] = []
  const { onReject } = observe({
    createCounter: (name) => ({ add: (_, attributes) => counted.push([name, attributes]) }),
  })
  onReject?.('expired', {} as never)
  expect(counted).toEqual([['session.rejected', { reason: 'expired' }]])
})
