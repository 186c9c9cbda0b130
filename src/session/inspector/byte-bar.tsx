/** @jsxImportSource hono/jsx */
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Cookie } from './cookie.ts'
import type { Part } from './parts.ts'

/** A part and where it begins, in bytes. */
type Placed = Part & { readonly start: number }

/**
 * Draws the cookie against its limit, and under it the used end magnified, part by part.
 *
 * Numbers link the parts to the legend, which repeats all that is drawn: nothing depends on telling colors
 * apart. Lengths are percentages: text in a drawing that is stretched would be stretched with it.
 */
export function ByteBar({ bytes, limit, parts }: Cookie): JSX.Element {
  const placed = place(parts)
  const end = percent(bytes, limit)
  return (
    <figure class="bytes">
      <svg class="drawing" height="116" aria-hidden="true">
        <rect class="free" width="100%" height="28" />
        <g class="whole">
          {placed.map((part) => (
            <rect
              class={`k-${part.kind}`}
              x={percent(part.start, limit)}
              width={percent(part.bytes, limit)}
              height="28"
            />
          ))}
        </g>
        <line class="lens" x1="0" y1="28" x2="0" y2="60" />
        <line class="lens" x1={end} y1="28" x2="100%" y2="60" />
        <g class="magnified">
          {placed.map((part, i) => (
            <Magnified part={part} number={i + 1} bytes={bytes} />
          ))}
        </g>
      </svg>
      <Legend parts={parts} />
    </figure>
  )
}

function Magnified({ part, number, bytes }: { part: Placed; number: number; bytes: number }) {
  const look = part.bytes / bytes > 0.04 ? 'number' : 'number none' // no room for it
  return (
    <>
      <rect
        class={`k-${part.kind}`}
        x={percent(part.start, bytes)}
        y="60"
        width={percent(part.bytes, bytes)}
        height="56"
      >
        <title>{`${part.label}: ${inBytes(part.bytes)}`}</title>
      </rect>
      <text class={look} x={percent(part.start + part.bytes / 2, bytes)} y="94">
        {number}
      </text>
    </>
  )
}

function Legend({ parts }: { parts: readonly Part[] }) {
  return (
    <figcaption>
      <ol class="legend">
        {parts.map(({ kind, label, bytes }) => (
          <li class={`k-${kind}`}>
            <span>{label}</span>
            <span class="amount">{inBytes(bytes)}</span>
          </li>
        ))}
      </ol>
    </figcaption>
  )
}

function place(parts: readonly Part[]): Placed[] {
  let start = 0
  return parts.map((part) => {
    start += part.bytes
    return { ...part, start: start - part.bytes }
  })
}

function percent(part: number, whole: number): string {
  return `${Number(((part / whole) * 100).toFixed(3))}%`
}

/** Formats a number of bytes: `4,096 bytes`. */
export function inBytes(amount: number): string {
  return amount === 1 ? '1 byte' : `${amount.toLocaleString('en')} bytes`
}
