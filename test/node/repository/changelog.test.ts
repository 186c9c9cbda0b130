import { describe, expect, it } from 'vitest'
import { entriesOf, released } from '../../../tools/release/changelog.ts'

const changelog = `# Changelog

## Unreleased

* A new thing.

## 0.2.0

* The first one.
`

describe('npm version', () => {
  it('puts what was unreleased under the version and its date', () => {
    const text = released(changelog, '0.3.0', '2026-12-01')
    expect(text).toContain('## Unreleased\n\n## 0.3.0 - 2026-12-01\n\n* A new thing.\n\n## 0.2.0\n')
    expect(entriesOf(text, '0.3.0')).toBe('* A new thing.')
  })

  it('refuses a version twice, and one that changes nothing', () => {
    expect(() => released(changelog, '0.2.0', '2026-12-01')).toThrow(
      '0.2.0 has its heading already',
    )
    const done = released(changelog, '0.3.0', '2026-12-01')
    expect(() => released(done, '0.4.0', '2026-12-02')).toThrow('nothing is under "## Unreleased"')
    expect(() => released('# Changelog\n', '0.3.0', '2026-12-01')).toThrow('no "## Unreleased"')
  })
})
