import type { JSX } from 'hono/jsx/jsx-runtime'

const mostDrawn = 50 // beyond this a figure says more than strokes

/** Draws a count as tally marks, in fives; decoration only, the figure stands beside it. */
export function Tally({ count }: { count: number }): JSX.Element | null {
  if (count < 1 || count > mostDrawn) return null

  const fives = Array.from({ length: Math.ceil(count / 5) }, (_, i) => Math.min(5, count - i * 5))
  return (
    <div class="tally">
      {fives.map((strokes) => (
        <Five strokes={strokes} />
      ))}
    </div>
  )
}

function Five({ strokes }: { strokes: number }) {
  const uprights = Array.from({ length: Math.min(strokes, 4) }, (_, i) => 6 + i * 9)
  return (
    <svg width="42" height="40" viewBox="0 0 42 40" aria-hidden="true">
      {uprights.map((x) => (
        <path d={`M${x} 5 L${x - 1} 35`} />
      ))}
      {strokes === 5 && <path class="fifth" d="M2 30 L39 11" />}
    </svg>
  )
}
