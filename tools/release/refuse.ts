// Runs before `npm publish` in this directory, which would publish an unchecked package.
console.error(
  'Run npm run release: it checks everything, packs it, and says how to publish the tarball.',
)
process.exit(1)
