/** @jsxImportSource hono/jsx */
import type { JSX } from 'hono/jsx/jsx-runtime'

const units = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
]

interface TimeBarProps {
  label: string
  left: number
  limit: number
  now: number
  children: string
}

/** Draws how much of a time limit is left, says so in words, and when it ends. All in seconds. */
export function TimeBar({ label, left, limit, now, children }: TimeBarProps): JSX.Element {
  const whole = Math.max(limit, 1)
  const rest = Math.min(Math.max(left, 0), whole)
  return (
    <div class="time-bar">
      <h3>{label}</h3>
      <p>
        <strong>{inWords(left)} left</strong> of {inWords(limit)}
      </p>
      <svg
        class="drawing"
        viewBox={`0 0 ${whole} 12`}
        preserveAspectRatio="none"
        height="12"
        aria-hidden="true"
      >
        <rect class="free" width={whole} height="12" />
        <rect class="left" width={rest} height="12" />
      </svg>
      <p class="note">
        Ends <Moment at={now + left} />. {children}
      </p>
    </div>
  )
}

/** A point in time, in UTC: the server cannot know the visitor's zone. */
export function Moment({ at }: { at: number }): JSX.Element {
  const text = new Date(at * 1000).toISOString()
  return <time datetime={text}>{`${text.slice(0, 10)} ${text.slice(11, 19)} UTC`}</time>
}

/** Formats how long ago something was, in its largest unit: `2 min ago`. */
export function ago(seconds: number): string {
  return seconds < 5 ? 'just now' : `${wordsOf(seconds)[0]} ago`
}

/** Formats a number of seconds in its two largest units: `19 min 40 s`. */
export function inWords(seconds: number): string {
  return wordsOf(seconds).slice(0, 2).join(' ')
}

function wordsOf(seconds: number): string[] {
  let rest = Math.max(0, Math.floor(seconds))
  const words: string[] = []
  for (const unit of units) {
    const amount = Math.floor(rest / unit.seconds)
    if (amount > 0) words.push(`${amount} ${unit.name}`)
    rest -= amount * unit.seconds
  }
  return words.length > 0 ? words : ['0 s']
}
