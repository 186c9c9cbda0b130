import type { JSX } from 'hono/jsx/jsx-runtime'

const fills = 8 // .part-0 … .part-7 in style.css

interface Part {
  label: string
  bytes: number
}

export interface ByteBarProps {
  used: number
  limit: number
  parts: Part[]
}

/**
 * Draws the cookie against its limit, and under it the used end magnified, part by part.
 *
 * One unit of the drawing is one byte; the legend repeats in words what the fills say.
 */
export function ByteBar({ used, limit, parts }: ByteBarProps): JSX.Element {
  const placed = place(parts)
  const zoom = limit / Math.max(used, 1)
  const height = used > 0 ? 112 : 32 // nothing used: nothing to magnify
  return (
    <figure class="bytes">
      <svg
        class="drawing"
        viewBox={`0 0 ${limit} ${height}`}
        preserveAspectRatio="none"
        height={height}
        role="img"
        aria-label={describe({ used, limit, parts })}
      >
        <rect class="free" width={limit} height="32" />
        <Parts parts={placed} look="whole" zoom={1} y={0} height={32} />
        {used > 0 && <path class="wedge" d={`M0 32 H${used} L${limit} 64 H0 Z`} />}
        <Parts parts={placed} look="magnified" zoom={zoom} y={64} height={48} />
      </svg>
      {parts.length > 0 && <Legend parts={parts} />}
    </figure>
  )
}

interface PartsProps {
  parts: (Part & { start: number })[]
  look: 'whole' | 'magnified'
  zoom: number
  y: number
  height: number
}

function Parts({ parts, look, zoom, y, height }: PartsProps) {
  return (
    <g class={look}>
      {parts.map(({ label, bytes, start }, i) => (
        <rect class={fill(i)} x={start * zoom} y={y} width={bytes * zoom} height={height}>
          <title>{`${label}: ${inBytes(bytes)}`}</title>
        </rect>
      ))}
    </g>
  )
}

function Legend({ parts }: { parts: Part[] }) {
  return (
    <figcaption>
      <ul class="legend">
        {parts.map(({ label, bytes }, i) => (
          <li>
            <svg width="14" height="14" aria-hidden="true">
              <rect class={fill(i)} width="14" height="14" />
            </svg>
            <span>{label}</span>
            <span class="amount">{inBytes(bytes)}</span>
          </li>
        ))}
      </ul>
    </figcaption>
  )
}

function describe({ used, limit, parts }: ByteBarProps): string {
  const each = parts.map(({ label, bytes }) => `${label} ${bytes}`).join(', ')
  return `${used} of ${inBytes(limit)} used${each && `: ${each}`}. ${limit - used} free.`
}

function place(parts: Part[]): PartsProps['parts'] {
  let start = 0
  return parts.map((part) => {
    start += part.bytes
    return { ...part, start: start - part.bytes }
  })
}

function fill(index: number): string {
  return `part-${index % fills}`
}

function inBytes(amount: number): string {
  return amount === 1 ? '1 byte' : `${amount} bytes`
}
