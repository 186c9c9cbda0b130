import { expect, it } from 'vitest'
import { startServer } from './server'

const { url, restart } = await startServer()

it('answers over HTTP, after a restart too', async () => {
  expect((await fetch(url)).status).toBe(200)
  await restart()
  expect((await fetch(url)).status).toBe(200)
})

it('serves the files in public/ with their headers', async () => {
  const response = await fetch(`${url}/style.css`)
  expect(response.status).toBe(200)
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('cache-control')).toBe('public, max-age=3600')
})
