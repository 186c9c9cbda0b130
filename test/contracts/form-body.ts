import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { methodOverride } from 'hono/method-override'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csrf, csrfToken, ForgedRequestError, session } from '../../src/session/index.ts'

/** Where an app answers. */
export interface Served {
  request(path: string, init?: RequestInit): Promise<Response>
  close(): unknown
}

const secret = crypto.randomUUID()
const names = (form: FormData) => [...form.keys()].join()

/** What handlers do with a form; each answers with the names of its fields. */
const readers: Record<string, (c: Context) => Promise<string>> = {
  'c.req.parseBody()': async (c) => Object.keys(await c.req.parseBody()).join(),
  'c.req.formData()': async (c) => names(await c.req.formData()),
  'c.req.text()': async (c) => namesIn(await c.req.text()),
  'c.req.arrayBuffer()': async (c) => namesIn(textOf(await c.req.arrayBuffer())),
  'c.req.text() and parseBody()': async (c) =>
    (await c.req.text()) && Object.keys(await c.req.parseBody()).join(),
  'c.req.raw.formData()': async (c) => names(await c.req.raw.formData()),
  'c.req.raw.arrayBuffer()': async (c) => namesIn(textOf(await c.req.raw.arrayBuffer())),
  'the stream of c.req.raw': async (c) =>
    namesIn(textOf(await new Response(c.req.raw.body).arrayBuffer())),
  'a clone of c.req.raw, then itself': async (c) => {
    const cloned = names(await c.req.raw.clone().formData())
    const own = names(await c.req.raw.formData())
    return cloned === own ? own : `${cloned} is not ${own}`
  },
  'new Request(url, c.req.raw)': async (c) =>
    names(await new Request('https://other.example/', c.req.raw).formData()),
  'a second csrf()': async (c) => {
    await csrf()(c, async () => undefined)
    return names(await c.req.formData())
  },
  'a bodyLimit() behind csrf()': async (c) => {
    await bodyLimit({ maxSize: 10_000 })(c, async () => undefined)
    return names(await c.req.formData())
  },
}

const textOf = (bytes: ArrayBuffer) => new TextDecoder().decode(bytes)

/** The names of the fields in the text of a form. */
function namesIn(text: string): string {
  const matches = text.matchAll(text.startsWith('--') ? / name="(\w+)"/g : /(?:^|&)(\w+)=/g)
  return [...matches].map(([, name]) => name).join()
}

function createApp() {
  const app = new Hono()
    .use(session({ secret }))
    .get('/token', async (c) => c.text(csrfToken(await c.var.session())))
    .use('/used', async (c, next) => {
      await c.req.raw.arrayBuffer()
      await next()
    })
    .use(csrf())
  for (const [i, read] of Object.values(readers).entries()) {
    app.post(`/${i}`, async (c) => c.text(await read(c)))
  }
  app.onError((error, c) => {
    if (error instanceof ForgedRequestError) return c.text(error.reason, 403)
    return error instanceof HTTPException ? error.getResponse() : c.text(error.message, 500)
  })
  app.post('/small', bodyLimit({ maxSize: 10 }), (c) => c.text('passed'))
  app.mount('/mounted', async (request: Request) => new Response(names(await request.formData())))
  const other = new Hono().put('/put', async (c) => c.text(names(await c.req.formData())))
  app.use('/put', methodOverride({ app: other }))
  return app
}

/** The app that the tests need to be served. */
export type FormApp = ReturnType<typeof createApp>

/** Tests that a form can still be read after `csrf()` has read it. */
export function describeFormBody(runtime: string, serve: (app: FormApp) => Promise<Served>): void {
  describe(`a form that csrf() has read, in ${runtime}`, () => {
    let served: Served
    let token: string
    let cookie: string
    beforeAll(async () => {
      served = await serve(createApp())
      const response = await served.request('/token')
      token = await response.text()
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    })
    afterAll(() => served.close())

    const kinds = { urlencoded: () => new URLSearchParams(), multipart: () => new FormData() }
    const cases = Object.entries(kinds).flatMap(([kind, form]) =>
      ['of a known length', 'in chunks'].map((how) => ({ kind, how, form })),
    )

    describe.each(cases)('$kind, sent $how', ({ how, form }) => {
      async function post(path: string) {
        const body = form()
        for (const name of ['a', '_method', 'csrf_token']) {
          body.append(name, { a: 'x', _method: 'PUT', csrf_token: token }[name] ?? '')
        }
        const sent = new Response(body)
        const type = sent.headers.get('Content-Type') ?? ''
        const bytes = new Uint8Array(await sent.arrayBuffer())
        return served.request(path, {
          method: 'POST',
          headers: { cookie, 'Content-Type': type },
          ...(how === 'in chunks' ? { body: inChunks(bytes), duplex: 'half' } : { body: bytes }),
        })
      }

      // workerd warns of every form that is read as text.
      const isQuiet = (name: string) => runtime !== 'workerd' || !name.includes('text()')
      const quiet = [...Object.keys(readers).entries()].filter(([, name]) => isQuiet(name))
      it.each(quiet)('is there for reader %i: %s', async (i) => {
        const response = await post(`/${i}`)
        expect([response.status, await response.text()]).toEqual([200, 'a,_method,csrf_token'])
      })

      it('is there for an app that is mounted', async () => {
        const response = await post('/mounted/form')
        expect([response.status, await response.text()]).toEqual([200, 'a,_method,csrf_token'])
      })

      it('is there for methodOverride(), which takes its field out', async () => {
        const response = await post('/put')
        expect([response.status, await response.text()]).toEqual([200, 'a,csrf_token'])
      })

      it('is refused if it was used up before, by c.req.raw', async () => {
        const response = await post('/used')
        expect([response.status, await response.text()]).toEqual([403, 'unreadable-form'])
      })

      it('is measured by a bodyLimit() behind csrf(), and answered with 413', async () => {
        expect((await post('/small')).status).toBe(413)
      })
    })
  })
}

function inChunks(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.subarray(at, at + 7))
      controller.close()
    },
  })
}
