import { describe, expect, it } from 'vitest'
import { decodeBase64url, encodeBase64url } from '../../src/session/codecs/base64url.ts'

// https://www.rfc-editor.org/rfc/rfc4648#section-10, without padding; the last rows hold - and _.
const vectors: [number[], string][] = [
  [[], ''],
  [[0x66], 'Zg'],
  [[0x66, 0x6f], 'Zm8'],
  [[0x66, 0x6f, 0x6f], 'Zm9v'],
  [[0x66, 0x6f, 0x6f, 0x62], 'Zm9vYg'],
  [[0x66, 0x6f, 0x6f, 0x62, 0x61], 'Zm9vYmE'],
  [[0x66, 0x6f, 0x6f, 0x62, 0x61, 0x72], 'Zm9vYmFy'],
  [[0xfb, 0xff, 0xfe], '-__-'],
  [[0xff, 0xff], '__8'],
]

describe('encodeBase64url()', () => {
  it.each(vectors)('writes %j as "%s"', (bytes, text) => {
    expect(encodeBase64url(new Uint8Array(bytes))).toBe(text)
  })
})

describe('decodeBase64url()', () => {
  it.each(vectors)('reads %j from "%s"', (bytes, text) => {
    expect(decodeBase64url(text)).toEqual(new Uint8Array(bytes))
  })

  it('reads what was written, for every byte and length', () => {
    for (let length = 0; length <= 256; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + length) & 255)
      expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes)
    }
  })

  it.each([8191, 8192, 8193, 1_000_000])('reads what was written from %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + (i >> 8)) & 255)
    const read = decodeBase64url(encodeBase64url(bytes)) ?? new Uint8Array()
    expect(read.length).toBe(length)
    expect(read.every((byte, i) => byte === bytes[i])).toBe(true)
  })

  it('reads only one spelling of each byte', () => {
    const alphabet = encodeBase64url(
      Uint8Array.from({ length: 48 }, (_, i) => {
        const bits = (i - (i % 3)) * (4 / 3)
        const four = (bits << 18) | ((bits + 1) << 12) | ((bits + 2) << 6) | (bits + 3)
        return (four >> (16 - (i % 3) * 8)) & 255
      }),
    )
    expect(new Set(alphabet).size).toBe(64)
    const pairs = [...alphabet].flatMap((first) => [...alphabet].map((second) => first + second))
    expect(pairs.filter((pair) => decodeBase64url(pair) !== null)).toHaveLength(256)
  })

  it.each([
    'A',
    'AAAAA',
    'Zg==',
    'Zg=',
    'Zh',
    'Zm9',
    'Zm+v',
    'Zm/v',
    ' Zg',
    'Zg ',
    'Zg\n',
    'Z\0g',
    'Zé',
    'Zm9\u{1f36a}',
    '\u0166g',
    '\ud800A',
  ])('returns null for %j', (text) => {
    expect(decodeBase64url(text)).toBeNull()
  })
})
