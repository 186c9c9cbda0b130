/** A login, as the session keeps it: in which browser, and when, in seconds since the epoch. */
export type Login = { browser: string; at: number }

const browsers = [
  ['Edge', /\bEdg/],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
] as const

const systems = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['Mac', /\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const

/** A login that happens now. The browser that a `User-Agent` header names is a hint, not proof. */
export function loginFrom(userAgent = ''): Login {
  const [browser] = browsers.find(([, pattern]) => pattern.test(userAgent)) ?? ['Some browser']
  const [system] = systems.find(([, pattern]) => pattern.test(userAgent)) ?? []
  const at = Math.floor(Date.now() / 1000)
  return { browser: system ? `${browser} on ${system}` : browser, at }
}
