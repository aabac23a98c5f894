const { features, layers, ownedPackages, reasons } = require('./scripts/lint/layers.mjs');

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const oneOf = (names) => `(${names.map(escaped).join('|')})`;
// dependency-cruiser calls a dependency "type-only" by the import's keyword.
const notType = { dependencyTypesNot: ['type-only'] };

const directions = Object.entries(layers).map(([name, layer]) => ({
  name: `layer-${name}`,
  comment: layer.why,
  severity: 'error',
  from: { path: `^src/${name}/`, ...(name === 'engine' ? { pathNot: '^src/engine/audit/' } : {}) },
  to: { path: '^src/', pathNot: `^src/${oneOf([name, ...layer.layers])}/` },
}));

const engineFolders = [
  {
    name: 'layer-engine-audit',
    comment: layers.engine.why,
    from: { path: '^src/engine/audit/' },
    to: { path: '^src/', pathNot: `^src/${oneOf(['engine', 'verify', ...layers.engine.layers])}/` },
  },
  {
    name: 'feature-folders',
    comment: reasons.feature,
    from: { path: `^src/engine/${oneOf(features)}/` },
    to: { path: '^src/engine/([^/]+)/', pathNot: '^src/engine/($1|lake|workers)/' },
  },
  {
    name: 'lake-is-below',
    comment: reasons.lake,
    from: { path: '^src/engine/lake/' },
    to: { path: '^src/engine/([^/]+)/', pathNot: '^src/engine/(lake|workers)/' },
  },
  {
    name: 'front-door',
    comment: reasons.frontDoor,
    from: { path: '^src/', pathNot: '^src/engine/([^/]+)/' },
    to: { path: '^src/engine/[^/]+/', pathNot: '^src/engine/([^/]+/index\\.ts$|workers/)' },
  },
  {
    name: 'front-door-between-folders',
    comment: reasons.frontDoor,
    from: { path: '^src/engine/([^/]+)/' },
    to: { path: '^src/engine/[^/]+/', pathNot: '^src/engine/($1/|[^/]+/index\\.ts$|workers/|lake/(durable(-copy)?|leaf-batch)\\.ts$)' },
  },
  {
    name: 'durable-for-workers',
    comment: reasons.frontDoor,
    from: { path: '^src/', pathNot: '^src/engine/(workers|lake)/' },
    to: { path: '^src/engine/lake/(durable(-copy)?|leaf-batch)\\.ts$' },
  },
  {
    name: 'worker-entries',
    comment: reasons.worker,
    from: { path: '^src/', pathNot: '^src/engine/workers/' },
    to: { path: '^src/engine/workers/', ...notType },
  },
  {
    name: 'wired-from-above',
    comment: reasons.root,
    from: { path: '^src/engine/[^/]+/', pathNot: '^src/engine/(api|workers)/' },
    to: { path: '^src/engine/[^/]+\\.ts$', pathNot: '^src/engine/clock\\.ts$' },
  },
  {
    name: 'clock-is-passed-in',
    comment: reasons.clock,
    from: { path: '^src/engine/[^/]+/', pathNot: '^src/engine/(api|workers)/' },
    to: { path: '^src/engine/clock\\.ts$', ...notType },
  },
].map((rule) => ({ severity: 'error', ...rule }));

const owners = ownedPackages.map(({ packages, owners: folders, why }) => ({
  name: `owner-${packages[0]}`,
  comment: why,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${oneOf(folders)}/` },
  to: { path: `(^|node_modules/)${oneOf(packages)}(/|$)` },
}));

const packages = [
  {
    name: 'no-cycles',
    comment: 'two files that need each other are one idea in two places: move what both need into a third (cycles of types alone are harmless)',
    from: { path: '^src/' },
    to: { circular: true, viaOnly: notType },
  },
  { name: 'only-src', comment: reasons.outside, from: { path: '^src/' }, to: { pathNot: '^(src/|node_modules/)', dependencyTypes: ['local'] } },
  // Electron's halves are modules of its runtime and of its types; no file of the package has their names.
  { name: 'resolvable', comment: 'this file or package does not exist', from: { path: '^src/' }, to: { couldNotResolve: true, pathNot: '^electron/(main|common|renderer)$' } },
  {
    name: 'declared',
    comment: 'name the package in package.json: what happens to be installed today may be gone tomorrow',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined'] },
  },
  {
    name: 'runtime-dependencies',
    comment: 'what src needs at run time stands in "dependencies": the product is packed without devDependencies',
    from: { path: '^src/', pathNot: '^src/(main|preload|renderer)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
  },
].map((rule) => ({ severity: 'error', ...rule }));

module.exports = {
  forbidden: [...directions, ...engineFolders, ...owners, ...packages],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: '\\?',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['import', 'require', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.d.ts', '.mjs', '.js', '.json'] },
  },
};
