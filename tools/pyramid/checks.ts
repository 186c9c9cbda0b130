import assert from 'node:assert/strict'
import { type PyramidCodecOptions, pyramidCodec } from '../../src/session/codecs/pyramid.ts'
import { browser } from '../../src/session/testing.ts'
import { edgeApp } from './edge.ts'

/** The key material of both sites. */
export interface Keys extends PyramidCodecOptions {
  secret: string
  salt: string
  hash: 'SHA-1' | 'SHA-256' | 'SHA-512'
}

type Check = [name: string, check: () => Promise<void>]

const pyramid = '/pyramid'
const edge = '/edge'
const sites = [pyramid, edge]
const bothWays = [
  [pyramid, edge],
  [edge, pyramid],
] as const

// Only our site reads this clock: Pyramid has its own.
const realNow = Date.now
let ahead = 0 // seconds
Date.now = () => realNow() + ahead * 1000
const now = () => Math.floor(realNow() / 1000)

/** Lists the checks of a Pyramid site at `url` and ours, which one browser visits alternately. */
export function checks(url: string, keys: Keys): Check[] {
  const app = edgeApp(keys)
  const codec = pyramidCodec(keys)

  /** A browser that sends `/pyramid/howdy` to one site and `/edge/howdy` to the other. */
  function visitor() {
    const jar = browser({
      request(path, init) {
        const [, site, rest = ''] = /^(\/\w+)(.*)$/.exec(path) ?? []
        return site === pyramid ? fetch(url + rest, init) : app.request(rest, init)
      },
    })
    return {
      ...jar,
      async text(path: string): Promise<string> {
        const response = await jar.get(path)
        assert.equal(response.status, 200, path)
        return response.text()
      },
      async json(path: string) {
        return JSON.parse(await this.text(path))
      },
      async status(path: string, csrf_token: string): Promise<number> {
        return (await jar.post(path, { csrf_token })).status
      },
      async plant(payload: unknown): Promise<void> {
        jar.cookies.set('session', await codec.encode(JSON.stringify(payload)))
      },
      async kept() {
        return JSON.parse((await codec.decode(jar.cookies.get('session') ?? '')) ?? 'null')
      },
    }
  }

  const shared = bothWays.flatMap(([from, to]): Check[] => [
    [
      `the counter of ${from} continues at ${to}, and back, whichever page counts`,
      async () => {
        const { text } = visitor()
        const paths = [from, to, from, to, from, from, to, to]
        for (const [i, site] of paths.entries()) {
          const [path, name] = i % 4 < 2 ? ['/', 'Home View'] : ['/howdy', 'Hello View']
          assert.equal(await text(site + path), `<h1>Hi ${name}</h1><p>Count: ${i + 1}</p>`)
        }
      },
    ],
    [
      `what ${from} flashes pops once, at ${to}`,
      async () => {
        const jar = visitor()
        await jar.json(`${from}/flash?queue=&message=one`)
        await jar.json(`${to}/flash?queue=&message=two%20%F0%9F%8D%AA`)
        await jar.json(`${from}/flash?queue=error&message=wrong`)
        assert.deepEqual(await jar.json(`${to}/pop?queue=`), ['one', 'two 🍪'])
        assert.deepEqual(await jar.json(`${from}/pop?queue=`), [])
        assert.deepEqual(await jar.json(`${to}/pop?queue=error`), ['wrong'])
        assert.deepEqual(await jar.json(`${to}/pop?queue=error`), [])
      },
    ],
    [
      `the data of ${from} is the same at ${to}`,
      async () => {
        const data = {
          text: 'Zoë 日本 🍪 \u2028 "\\ \u007f',
          nested: { list: [1, [2.5, null], { a: true }], empty: {} },
          numbers: [0, -1, 1e21, 1e-7, 9007199254740991],
          '10': 'ten',
          ['__proto__']: 'x',
        }
        const jar = visitor()
        const set = (site: string, more: object) =>
          jar.json(`${site}/set?data=${encodeURIComponent(JSON.stringify(more))}`)
        await set(from, data)
        const there = await jar.json(`${to}/state`)
        assert.deepEqual(there, { new: false, created: there.created, data })
        assert.deepEqual(await jar.json(`${from}/state`), there)
        await set(to, { more: 1 })
        assert.deepEqual((await jar.json(`${from}/state`)).data, { ...data, more: 1 })
      },
    ],
    [
      `a cookie of ${from} is extended by ${to} when it is read, and keeps its beginning`,
      async () => {
        const jar = visitor()
        const [writes, reads] = to === edge ? [0, 100] : [-100, 0]
        ahead = writes
        await jar.text(`${from}/`)
        const [, created] = await jar.kept()
        ahead = reads
        await jar.json(`${to}/state`)
        ahead = 0
        const [renewed, began, data] = await jar.kept()
        assert.ok(Math.abs(renewed - now() - reads) <= 2)
        assert.deepEqual([began, data], [created, { counter: 1 }])
      },
    ],
    [
      `the CSRF token that ${from} made passes at both`,
      async () => {
        const jar = visitor()
        await jar.json(`${from}/token`)
        const masked = await jar.json(`${edge}/token`)
        await jar.text(`${edge}/`) // our site writes the session
        const raw = await jar.json(`${pyramid}/token`)
        assert.equal((await jar.kept())[2]._csrft_, raw)
        assert.equal(await jar.status(`${pyramid}/protected`, raw), 200)
        assert.equal(await jar.status(`${edge}/protected`, masked), 200)
        await jar.text(`${pyramid}/`)
        assert.equal(await jar.status(`${edge}/protected`, await jar.json(`${edge}/token`)), 200)
        assert.equal(await jar.status(`${pyramid}/protected`, masked), 400)
        assert.equal(await jar.status(`${edge}/protected`, raw), 403)
      },
    ],
    [
      `a cookie of ${from} with one character changed is refused by both`,
      async () => {
        const jar = visitor()
        await jar.text(`${from}/`)
        const token = jar.cookies.get('session') ?? ''
        for (const at of [0, token.length >> 1, token.length - 4]) {
          const other = token[at] === 'A' ? 'B' : 'A'
          for (const site of sites) {
            jar.cookies.set('session', token.slice(0, at) + other + token.slice(at + 1))
            assert.match(await jar.text(`${site}/`), /Count: 1</, site)
          }
        }
      },
    ],
  ])

  const expiry = sites.map(
    (site): Check => [
      `${site} forgets a session after 1200 idle seconds`,
      async () => {
        const jar = visitor()
        await jar.plant([now() - 1190, 1, { counter: 7 }])
        assert.match(await jar.text(`${site}/`), /Count: 8</)
        await jar.plant([now() - 1202, 1, { counter: 7 }])
        assert.match(await jar.text(`${site}/`), /Count: 1</)
      },
    ],
  )

  const spellings: Check = [
    'both read the same spellings of a token',
    async () => {
      const jar = visitor()
      await jar.text(`${pyramid}/`)
      const token = jar.cookies.get('session') ?? ''
      let [read, refused] = [0, 0]
      for (let i = 0; i < 300; i++) {
        const isNew: boolean[] = []
        for (const site of sites) {
          jar.cookies.set('session', respell(token, i))
          isNew.push((await jar.json(`${site}/state`)).new)
        }
        assert.equal(isNew[0], isNew[1], respell(token, i))
        isNew[0] ? refused++ : read++
      }
      assert.ok(read > 50 && refused > 50, `${read} read, ${refused} refused`)
    },
  ]

  const sizes = ['x', 'я'].map(
    (character): Check => [
      `Pyramid extends the largest session that our site writes: of ${character}`,
      async () => {
        const jar = visitor()
        const plant = (length: number) =>
          jar.plant([now() - 100, now() - 100, { text: character.repeat(length) }])
        let [fits, tooLong] = [0, 4096]
        while (tooLong - fits > 1) {
          const length = (fits + tooLong) >> 1
          const isWritten = await plant(length).then(
            () => true,
            () => false,
          )
          if (isWritten) fits = length
          else tooLong = length
        }
        await plant(fits)
        assert.equal((await jar.json(`${pyramid}/state`)).data.text.length, fits)
        assert.ok((await jar.kept())[0] >= now() - 2)
      },
    ],
  )

  return [...shared, ...expiry, spellings, ...sizes]
}

/** Another spelling of a token: some are read by Pyramid, some are not. */
function respell(token: string, seed: number): string {
  const at = (seed * 7919) % token.length
  const stray = ['=', '!', '~', '.', '!!!!', '.~.~', '==', '!=!=', '====', 'AAAA'][seed % 10] ?? ''
  const standard = seed % 3 === 0 ? token.replaceAll('-', '+').replaceAll('_', '/') : token
  if (seed % 7 === 0) return standard + stray
  if (seed % 5 === 0) return standard.slice(0, -1) + 'AQgwBRhxCSiyDTjz'[seed % 16]
  return standard.slice(0, at) + stray + standard.slice(at)
}
