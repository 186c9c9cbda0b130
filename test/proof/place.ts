/** One of several apps, in processes or Workers of their own, that know of each other by the store. */
export interface Instance {
  request(path: string, init?: RequestInit): Response | Promise<Response>
}

/** Where sessions are kept, with the apps that keep them there. */
export interface Place {
  readonly name: string
  readonly instances: readonly [Instance, ...Instance[]]
  /** Whether it loses nothing: the others can only be measured. */
  readonly isExact: boolean
}

/** Places, and how to end what was started for them. */
export interface Places {
  readonly places: readonly Place[]
  stop(): Promise<void>
}

/** Makes an instance of what answers at a URL. */
export function at(url: string): Instance {
  return { request: (path, init) => fetch(url + path, init) }
}

/** Says how many instances there are, where there is more than one. */
export function placesOf(
  name: string,
  [first, ...others]: Place['instances'],
  what: string,
  isExact = true,
): Place[] {
  const alone: Place = { name, instances: [first], isExact }
  if (others.length === 0) return [alone]
  const all: Place = {
    name: `${name}, ${others.length + 1} ${what}`,
    instances: [first, ...others],
    isExact,
  }
  return [alone, all]
}
