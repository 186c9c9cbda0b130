// This library where it has not seen a token before: a codec that is given remembers none.
import { signedCodec } from '../../src/session/codecs/signed.ts'
import { host, secret } from '../host.ts'
import { ours } from './ours.ts'

export default host(ours({ codec: signedCodec(secret, '__Host-session') }))
