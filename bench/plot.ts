import { median } from './measure.ts'
import { type Measured, timesOf } from './report.ts'
import { firstSight, type Variant } from './variants/index.ts'

const bar = 11
const gap = 26
const labels = 165
const width = 775

/** Draws what a request costs: a bar for one that reads the session, a bar for one that changes it. */
export function plot(
  title: string,
  variants: readonly Variant[],
  measured: readonly Measured[],
): string {
  const timeOf = ({ name }: Variant, scenario: string) => {
    const results = measured.find((each) => each.scenario.name === scenario)?.results
    const times = results && timesOf(results, name)
    return times && median(times)
  }
  const rows = variants
    .map((each) => ({ ...each, read: timeOf(each, 'read'), count: timeOf(each, 'count') }))
    // Nobody else knows a token again, so that one visitor costs them what many do.
    .filter(({ read, count, file, visitors }) => read && count && (visitors || isOurs(file)))
    .toSorted((a, b) => (a.count ?? 0) - (b.count ?? 0))
  const scale =
    (width - labels - 60) /
    Math.max(...rows.map(({ count = 0, read = 0 }) => Math.max(count, read)))
  const height = 64 + rows.length * (2 * bar + gap - 8)
  const lines = rows.flatMap(({ name, file, read = 0, count = 0 }, i) => {
    const y = 60 + i * (2 * bar + gap - 8)
    const kind = /^(ours|limit)/.exec(file)?.[0] ?? 'peer'
    return [
      `<text class="name ${kind}" x="${labels - 10}" y="${y + bar + 4}">${isOurs(file) ? name : name.replace(firstSight(''), '')}</text>`,
      ...[read, count].flatMap((time, j) => [
        `<rect class="${kind} ${j === 0 ? 'read' : 'count'}" x="${labels}" y="${y + j * bar}" width="${(time * scale).toFixed(1)}" height="${bar - 1}"/>`,
        `<text class="time" x="${(labels + time * scale + 5).toFixed(1)}" y="${y + j * bar + 9}">${time.toFixed(0)}</text>`,
      ]),
    ]
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .name { text-anchor: end }
  .name.ours { font-weight: 700 }
  .time, .note { font-size: 11px; fill: #59636e }
  rect.peer { fill: #8c959f }
  rect.limit { fill: #bf8700 }
  rect.ours { fill: #0969da }
  rect.read { opacity: 0.55 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .time, .note { fill: #9198a1 }
    rect.peer { fill: #656c76 }
    rect.limit { fill: #d29922 }
    rect.ours { fill: #4493f8 }
  }
</style>
<text x="${labels}" y="20">${title}</text>
<text class="note" x="${labels}" y="40">pale: a request that reads the session; full: one that changes it, of many visitors. Microseconds of CPU, less is better.</text>
${lines.join('\n')}
</svg>
`
}

function isOurs(file: string): boolean {
  return file.startsWith('ours')
}
