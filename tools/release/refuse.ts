// Runs before `npm publish` in this directory, which would publish what nobody has checked.
console.error(
  'Run npm run release: it checks everything, packs it, and says how to publish the tarball.',
)
process.exit(1)
