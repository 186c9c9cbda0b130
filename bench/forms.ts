import { Hono } from 'hono'
import { csrf, csrfToken, session } from '../src/session/index.ts'
import { secret } from './host.ts'
import { median } from './measure.ts'

/** What `csrf()` computes to find the token in a form. */
export interface FormCost {
  readonly name: string
  readonly milliseconds: number
}

const size = 2 ** 20
const part = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`

const app = new Hono()
  .use(session({ secret }))
  .get('/token', async (c) => c.text(csrfToken(await c.var.session())))
  .use(csrf())
  .post('/', (c) => c.text('ok'))

/** Measures forms of 1 MiB: usual ones, and those that are as hard to read as can be. */
export async function formCosts(): Promise<FormCost[]> {
  const page = await app.request('/token')
  const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/, '') ?? ''
  const token = await page.text()
  const urlencoded = (unit: string) => ({
    type: 'application/x-www-form-urlencoded',
    body: filled(unit, { end: `&csrf_token=${token}` }),
  })
  const multipart = (unit: string, start = '') => ({
    type: 'multipart/form-data; boundary=b',
    body: filled(unit, { start, end: `\r\n${part('csrf_token')}${token}\r\n--b--\r\n` }),
  })
  const file = part('f').replace('\r\n\r\n', '; filename="a"\r\n\r\n')
  const forms = {
    'urlencoded, one long text': urlencoded('x'),
    'urlencoded, 524 000 empty fields': urlencoded('a&'),
    'urlencoded, all escaped': urlencoded('%41'),
    'multipart, one file': multipart('x', file),
    'multipart, 18 000 fields': multipart(`${part('a')}x\r\n`),
    'multipart, a file of near boundaries': multipart('\r\n--', file),
  }
  const found: FormCost[] = []
  for (const [name, { type, body }] of Object.entries(forms)) {
    const headers = { Cookie: cookie, 'Content-Type': type, Origin: 'http://localhost' }
    found.push({ name, milliseconds: await cost({ method: 'POST', body, headers }) })
  }
  return found
}

/** Makes a body of the size, filled with repetitions. */
function filled(unit: string, { start = '', end }: { start?: string; end: string }) {
  const room = size - start.length - end.length
  return new TextEncoder().encode(start + unit.repeat(room / unit.length) + end)
}

async function cost(init: RequestInit): Promise<number> {
  const times: number[] = []
  for (let time = 0; time < 25; time++) {
    const before = process.cpuUsage()
    const response = await app.request('/', init)
    const { user, system } = process.cpuUsage(before)
    if (response.status !== 200) throw new Error(`csrf() answered ${response.status}`)
    times.push((user + system) / 1000)
  }
  return median(times.slice(5)) // the first ones warm up
}
