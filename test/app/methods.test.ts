import { Hono } from 'hono'
import { Hono as TinyHono } from 'hono/tiny'
import { describe, expect, it } from 'vitest'
import { methodsAt } from '../../src/app/methods.ts'

describe.each([
  ['hono/tiny', TinyHono],
  ['hono', Hono],
])('methodsAt() with the router of %s', (_, App) => {
  const app = new App()
    .use((_, next) => next())
    .get('/tea', (c) => c.text('tea'))
    .post(
      '/tea',
      (_, next) => next(),
      (c) => c.text('more tea'),
    )
    .delete('/tea/:kind', (c) => c.text('no tea'))
    .all('/milk', (c) => c.text('milk'))

  it.each([
    ['/tea', ['GET', 'HEAD', 'POST']],
    ['/tea/green', ['DELETE']],
    ['/coffee', []],
  ])('finds at %s: %s', (path, methods) => {
    expect(methodsAt(app, path)).toEqual(methods)
  })

  it('leaves out what is there for every method', () => {
    expect(methodsAt(app, '/milk')).toEqual([])
  })
})
