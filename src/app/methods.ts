import type { Hono } from 'hono'

/**
 * Lists the methods that a path answers to.
 *
 * Hono's `methodNotAllowed()` does, too, but brings a second router, which is 1.5 kB.
 */
export function methodsAt(app: Pick<Hono, 'routes' | 'router'>, path: string): string[] {
  const methods = new Set(app.routes.map(({ method }) => method))
  methods.delete('ALL') // middleware's
  return [...methods]
    .filter((method) =>
      app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
    )
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method))
}
