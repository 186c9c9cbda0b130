// Copies into documents the code that is compiled and tested, and figures of the bench: npm run docs:code

import { writeFileSync } from 'node:fs'
import { complete, documents } from './documents.ts'
import { pathOf, read } from './repository.ts'

for (const document of documents) {
  const text = read(document)
  const updated = complete(text)
  if (updated === text) continue
  writeFileSync(pathOf(document), updated)
  console.log(`${document} is up to date again.`)
}
