// Runs after typedoc, which gives each page of the reference one title: names the import instead.
import { globSync, readFileSync, writeFileSync } from 'node:fs'

const reference = new URL('../docs/reference/', import.meta.url)
for (const path of globSync('**/*.md', { cwd: reference })) {
  const page = new URL(path, reference)
  const name = path === 'index.md' ? '' : `/${path.replace(/\.md$/, '')}`
  writeFileSync(page, readFileSync(page, 'utf8').replace(/^# .*/, `# edge-session${name}`))
}
