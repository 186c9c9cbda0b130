// Copies the code that documents show from the files that are compiled and tested: npm run docs:code

import { writeFileSync } from 'node:fs'
import { documents, pathOf, read, withCode } from './documents.ts'

for (const document of documents) {
  const text = read(document)
  const updated = withCode(text)
  if (updated === text) continue
  writeFileSync(pathOf(document), updated)
  console.log(`${document} has its code again.`)
}
