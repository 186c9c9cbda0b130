import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { cached } from '../../../src/session/codecs/cache.ts'
import { signedCodec } from '../../../src/session/codecs/signed.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heap(): number {
  collect()
  return process.memoryUsage().heapUsed
}

it('the token cache does not retain the header of a token', async () => {
  const writer = signedCodec('only-these-tests-know-this-secret', 'session')
  const codec = cached(writer)
  const before = heap()
  for (let i = 0; i < 200; i++) {
    const token = await writer.encode(`[1,1,{"visitor":${i}}]`)
    const header = Buffer.from(`${'x'.repeat(500_000)}${i}; session=${token}`).toString('latin1')
    const sent = header.slice(header.indexOf('session=') + 'session='.length)
    expect(await codec.decode(sent)).toBe(`[1,1,{"visitor":${i}}]`)
  }
  expect(heap() - before).toBeLessThan(20_000_000) // of the 100 MB that were sent
})
