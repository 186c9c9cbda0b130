/** The heading under which changes wait for a version. */
const unreleased = '## Unreleased\n'

/**
 * Puts the waiting entries of a changelog under a version and its date.
 *
 * @throws {Error} When nothing waits, or the version has its heading already.
 */
export function released(changelog: string, version: string, date: string): string {
  const [before, after] = changelog.split(unreleased)
  if (before === undefined || after === undefined) {
    throw new Error('CHANGELOG.md: there is no "## Unreleased": add it above the last version')
  }
  if (entriesOf(changelog, version) !== null) {
    throw new Error(`CHANGELOG.md: ${version} has its heading already: choose another version`)
  }
  if (after.split(/^## /m)[0]?.trim() === '') {
    throw new Error('CHANGELOG.md: nothing is under "## Unreleased": say what has changed')
  }
  return `${before}${unreleased}\n## ${version} - ${date}\n${after}`
}

/** What a changelog says of a version; `null`: nothing. */
export function entriesOf(changelog: string, version: string): string | null {
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find((each) => each.split(/\s/)[0] === version)
  return section?.slice(section.indexOf('\n')).trim() || null
}
