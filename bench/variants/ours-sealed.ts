import { host } from '../host.ts'
import { ours } from './ours.ts'

export default host(ours({ encrypt: true }))
