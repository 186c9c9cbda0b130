import type { JSX } from 'hono/jsx/jsx-runtime'

/** What a box stands for, the largest first; what is left is drawn stroke by stroke. */
const boxes = [50_000, 5000, 500, 50]

/** Draws a count as tally marks, in fives; decoration only, since the number is beside it. */
export function Tally({ count }: { count: number }): JSX.Element | null {
  if (!(count >= 1 && count < 500_000)) return null

  const labels = boxes.flatMap((size, i) => {
    const over = boxes[i - 1] ?? Number.POSITIVE_INFINITY
    return Array<number>(Math.floor((count % over) / size)).fill(size)
  })
  const rest = count % 50
  const fives = Array.from({ length: Math.ceil(rest / 5) }, (_, i) => Math.min(5, rest - i * 5))
  return (
    <div class="tally" aria-hidden="true">
      {labels.map((label) => (
        <b>{label.toLocaleString('en')}</b>
      ))}
      {fives.map((strokes, i) => (
        <Five strokes={strokes} isLast={i === fives.length - 1} />
      ))}
    </div>
  )
}

function Five({ strokes, isLast }: { strokes: number; isLast: boolean }) {
  const newest = isLast ? strokes - 1 : -1
  const uprights = Array.from({ length: Math.min(strokes, 4) }, (_, i) => 6 + i * 9)
  return (
    <svg width="42" height="40" viewBox="0 0 42 40" aria-hidden="true">
      {uprights.map((x, i) => (
        <path class={i === newest ? 'newest' : undefined} d={`M${x} 5 L${x - 1} 35`} />
      ))}
      {strokes === 5 && <path class={isLast ? 'fifth newest' : 'fifth'} d="M2 30 L39 11" />}
    </svg>
  )
}
