/** The message that is flashed and popped. */
export const message = 'Item added to your cart.'

/** What a session holds. `items` only fills it up. */
export interface Data {
  counter: number
  items: string[]
}

/** Something that a request may do, in each variant at this path. */
export type Path = '/untouched' | '/read' | '/count' | '/flash' | '/pop'

/** One kind of request. */
export interface Scenario {
  readonly name: string
  readonly path: Path
  /** Bytes of JSON of the visitor's data; `null`: the visitor has no session yet. */
  readonly bytes: number | null
  /** Cookies that are not the session's. */
  readonly others: number
}

const small = { bytes: 20, others: 1 }

export const scenarios: readonly Scenario[] = [
  { name: 'new visitor', path: '/untouched', bytes: null, others: 1 },
  { name: 'untouched', path: '/untouched', ...small },
  { name: 'read', path: '/read', ...small },
  { name: 'count', path: '/count', ...small },
  { name: 'flash', path: '/flash', ...small },
  { name: 'pop', path: '/pop', ...small },
  ...[100, 1000, 3000].flatMap((bytes) => [
    { name: `read ${size(bytes)}`, path: '/read' as const, bytes, others: 1 },
    { name: `count ${size(bytes)}`, path: '/count' as const, bytes, others: 1 },
  ]),
  ...[10, 50].flatMap((others) => [
    { name: `read +${others} cookies`, path: '/read' as const, bytes: 20, others },
    { name: `count +${others} cookies`, path: '/count' as const, bytes: 20, others },
  ]),
]

/** The scenarios of a quick run. */
export const headline = ['untouched', 'read', 'count', 'flash', 'pop']

/** Makes data of a visitor whose JSON has about so many bytes. */
export function dataOf(bytes: number): Data {
  const data: Data = { counter: 1, items: [] }
  const left = bytes - JSON.stringify(data).length
  for (let i = 0; i < Math.floor(left / 13); i++) data.items.push(`item-${10_000 + i}`)
  return data
}

/** Makes a `Cookie` header: the session's in the middle of others, such as analytics leave behind. */
export function cookieHeader(session: string, others: number): string {
  const all = Array.from({ length: others }, (_, i) => `_ga_${i}=GS1.1.17950${i}.3.1.17950${i}.60`)
  all.splice(Math.ceil(others / 2), 0, ...(session === '' ? [] : [session]))
  return all.join('; ')
}

function size(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${bytes / 1000} kB`
}
