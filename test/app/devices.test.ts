import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/app/app.tsx'
import { visitSite } from '../kit/workers/site.ts'

beforeAll(() => applyD1Migrations(env.SESSIONS_DB, env.MIGRATIONS))

let names = 0

/** Two browsers of a user who is logged in to both. */
async function twoBrowsers(SESSION_STORE: string) {
  const name = `Mary ${Date.now()} ${names++}`
  const open = () => visitSite(createApp(), { ...env, SESSION_STORE })
  const [laptop, phone] = [open(), open()]
  for (const each of [laptop, phone]) {
    await each.count('/')
    const { page } = await each.submit('/session', '/session/login', { name })
    expect(page).toContain('You are logged in.')
    expect(page).toContain(`<strong dir="auto">${name}</strong>`)
  }
  return { laptop, phone, open, name }
}

const otherIds = (page: string) =>
  [...page.matchAll(/name="id" value="([\w-]{43})"/g)].map(([, id]) => String(id))

describe.each(['d1', 'durable-object'])('your sessions, in %s', (SESSION_STORE) => {
  it('are listed, and can be ended one by one', async () => {
    const { laptop, phone } = await twoBrowsers(SESSION_STORE)
    const before = await laptop.read('/session')
    expect(before).toContain('<strong> (this browser)</strong>')
    const [id = '', ...more] = otherIds(before)
    expect(more).toEqual([])
    const { page } = await laptop.submit('/session', '/session/end', { id })
    expect(page).toContain('That browser is signed out.')
    expect(otherIds(page)).toEqual([])
    expect(await phone.read('/session')).toContain('Log in')
    expect(await phone.count('/')).toBe(1)
    expect(await laptop.count('/')).toBe(2)
  })

  it('cannot be ended by another user', async () => {
    const { laptop, phone, open } = await twoBrowsers(SESSION_STORE)
    const [id = ''] = otherIds(await laptop.read('/session'))
    const enemy = open()
    const guess = await enemy.submit('/session', '/session/end', { id })
    expect(guess.page).toContain('You have no such session.')
    await enemy.submit('/session', '/session/login', { name: 'Mallory' })
    const second = await enemy.submit('/session', '/session/end', { id })
    expect(second.page).toContain('You have no such session.')
    expect(await phone.count('/')).toBe(2)
  })

  it('show their record in the store without the CSRF token', async () => {
    const { laptop, name } = await twoBrowsers(SESSION_STORE)
    const page = await laptop.read('/session')
    const [, rows = ''] = /<h2>What the store had<\/h2>(.*?)<\/table>/s.exec(page) ?? []
    const cells = [...rows.matchAll(/<th scope="row">(.*?)<\/th>.*?<code>(.*?)<\/code>/gs)]
    const record = Object.fromEntries(cells.map(([, key, value]) => [key, value]))
    expect(record).toMatchObject({ counter: '1', 'CSRF token': '(hidden)' })
    expect(record.User).toContain(`[&quot;${name}&quot;,`)
  })
})

describe.each(['cookie', 'kv', 'd1', 'durable-object'])('your sessions, in %s', (SESSION_STORE) => {
  it('can all be ended but this one, copies of their cookies included', async () => {
    const { laptop, phone, open } = await twoBrowsers(SESSION_STORE)
    const thief = open()
    for (const [name, value] of phone.cookies) thief.cookies.set(name, value)
    const { page } = await laptop.submit('/session', '/session/end-others')
    expect(page).toMatch(/Your other browser is signed out\.|Every other browser with this name/)
    expect(page).toContain('in this browser')
    for (const other of [phone, thief]) {
      expect(await other.read('/session')).toContain('Log in')
      expect(await other.count('/')).toBe(1)
    }
    expect(await laptop.count('/')).toBe(2)
  })

  it.each(['', '   ', '\u200b', 'x'.repeat(41)])('accept no login as %j', async (name) => {
    const mary = visitSite(createApp(), { ...env, SESSION_STORE })
    const { answer, page } = await mary.submit('/session', '/session/login', { name })
    expect(answer.status).toBe(303)
    expect(page).toContain('Enter a name of up to 40 characters.')
    expect(page).toContain('Log in')
  })

  it.each(['login', 'end', 'end-others'])('are safe from a forged %s', async (what) => {
    const { laptop } = await twoBrowsers(SESSION_STORE)
    expect((await laptop.post(`/session/${what}`, { name: 'x', id: 'x' })).status).toBe(403)
    expect((await laptop.get(`/session/${what}`)).status).toBe(405)
  })

  it('cannot be ended by a visitor who is not logged in', async () => {
    const guest = visitSite(createApp(), { ...env, SESSION_STORE })
    await guest.count('/')
    expect((await guest.submit('/session', '/session/end-others')).answer.status).toBe(303)
    expect((await guest.submit('/session', '/session/end', { id: 'x' })).page).toContain(
      'You have no such session.',
    )
    expect(await guest.count('/')).toBe(2)
  })
})

describe.each(['cookie', 'kv'])('your sessions, in %s', (SESSION_STORE) => {
  it('cannot be listed, as the page says', async () => {
    const { laptop } = await twoBrowsers(SESSION_STORE)
    const page = await laptop.read('/session')
    expect(page).toContain('This store cannot list your sessions.')
    expect(otherIds(page)).toEqual([])
  })
})
