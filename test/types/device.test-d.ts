import { describe, expectTypeOf, it } from 'vitest'
import {
  type DeviceBinding,
  type DeviceBindingOptions,
  deviceBinding,
} from '../../src/session/device.ts'
import { type Session, session } from '../../src/session/index.ts'

const secret = 'x'

describe('deviceBinding()', () => {
  it('takes a ttl and a path, and nothing else', () => {
    expectTypeOf(deviceBinding).parameter(0).toEqualTypeOf<DeviceBindingOptions | undefined>()
    expectTypeOf(deviceBinding).returns.toEqualTypeOf<DeviceBinding>()
    deviceBinding({ ttl: 600, path: '/.session' })
    // @ts-expect-error There is no such option.
    deviceBinding({ tll: 600 })
    // @ts-expect-error Seconds are a number.
    deviceBinding({ ttl: '600' })
  })

  it('is the option device, beside any other', () => {
    session({ secret, device: deviceBinding() })
    session((c) => ({ secret: c.env.SECRET, as: 'admin' as const, device: deviceBinding() }))
    // @ts-expect-error The binding is what deviceBinding() returns.
    session({ secret, device: deviceBinding })
    // @ts-expect-error There is nothing to switch on.
    session({ secret, device: true })
  })

  it('shows in session.device, which nobody sets', () => {
    expectTypeOf<Session['device']>().toEqualTypeOf<'bound' | 'unbound' | undefined>()
    // @ts-expect-error Only the browser binds.
    const bind = (it: Session) => (it.device = 'bound')
    expectTypeOf(bind).toBeFunction()
  })
})
