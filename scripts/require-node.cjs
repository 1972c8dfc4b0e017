// Plain CommonJS on purpose: an old Node must be able to read it before it fails on the TypeScript sources.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `Cannot run ee-classifier-export: Node ${process.version} is in use; Node 24 or newer is wanted. ` +
      'It comes with the project: run "npm ci" without --ignore-scripts, which puts it into node_modules/.bin',
  );
  process.exit(1);
}
