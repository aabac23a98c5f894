// The import directions of src, as data: ESLint (in the editor, with messages) and dependency-cruiser (on resolved paths) both read this table.

/**
 * What the files of each layer may import. `layers`: other layers of src. `packages`: a list of names, 'declared' (any package of "dependencies" that has no
 * other owner) or 'any'. `node`: whether Node's own modules may be used.
 */
export const layers = {
  contract: {
    layers: [],
    packages: ['zod'],
    node: false,
    why: 'contract imports zod only: screens, engine, checker and other programs all read it, so it must run anywhere',
  },
  core: {
    layers: ['contract'],
    packages: [],
    node: false,
    why: 'core imports contract and itself only: its rules are pure, so that they give the same answer in every process and every test',
  },
  engine: {
    layers: ['contract', 'core'],
    packages: 'declared',
    node: true,
    why: 'engine imports contract and core only (engine/audit also verify): it runs in plain Node, without a window and without the command line',
  },
  verify: {
    layers: ['contract', 'core'],
    packages: 'declared',
    node: true,
    why: "verify imports contract and core, never engine: a checker that shares the writer's code shares its bugs",
  },
  sdk: {
    layers: ['contract', 'core', 'engine', 'verify'],
    packages: 'declared',
    node: true,
    why: 'sdk imports engine and verify and what lies below them, nothing that talks to a person',
  },
  host: {
    layers: ['contract', 'core', 'engine', 'verify'],
    packages: 'declared',
    node: true,
    why: 'host imports engine and verify and what lies below them: it carries the door to a port or to a window, and knows neither the command line nor Electron',
  },
  cli: {
    layers: ['contract', 'core', 'engine', 'verify', 'host'],
    packages: 'declared',
    node: true,
    why: 'cli imports engine, verify and host and what lies below them, nothing that needs a window',
  },
  main: {
    layers: ['contract'],
    packages: 'any',
    node: true,
    why: "main imports contract only: it knows the built engine's path and starts it as a process of its own",
  },
  preload: {
    layers: ['contract'],
    packages: ['electron'],
    node: false,
    why: 'preload imports contract only: it becomes one sandboxed file that can load nothing else',
  },
  renderer: {
    layers: ['contract'],
    packages: 'any',
    node: false,
    why: 'renderer imports contract and itself: the same screens run in a window and in a browser, and reach the engine through the door',
  },
};

/** Packages that may be used in one place only. `owners` are folders under src. */
export const ownedPackages = [
  {
    packages: ['better-sqlite3'],
    owners: ['engine/catalog'],
    why: 'better-sqlite3 is used in engine/catalog only: one place decides which database files exist, and none is ever opened on a lake',
  },
  {
    packages: ['duckdb', '@duckdb'],
    owners: ['engine/query'],
    why: "DuckDB is used in engine/query only: people's SQL runs in a process of its own, never in the engine",
  },
  {
    packages: ['archiver', 'zip-stream'],
    owners: ['engine/package'],
    why: 'a zip library, were there one, would be used in engine/package only: sorted names, fixed dates and bounded memory have to be right once (docs/adr/0001-own-zip-writer.md)',
  },
  {
    packages: ['electron'],
    owners: ['main', 'preload'],
    why: 'electron is used in main and preload only: everything else also runs in plain Node or in a browser',
  },
  {
    packages: ['react', 'react-dom'],
    owners: ['renderer'],
    why: 'react is used in renderer only: no rule of the product may depend on a screen',
  },
];

/** The folders of src/engine that stand for one thing a user can name, or for one engine under it. They do not import one another. */
export const features = [
  'ingest',
  'import',
  'datasets',
  'transforms',
  'tables',
  'contracts',
  'normalize',
  'cubes',
  'lineage',
  'releases',
  'retention',
  'audit',
  'keys',
  'jobs',
  'package',
  'catalog',
  'query',
];

export const reasons = {
  feature:
    'folders of engine do not import one another: what they share moves down to core or to engine/lake, or is passed in by engine/open.ts (engine/open.ts and engine/api see all)',
  frontDoor: "import the folder's index.ts: what it does not export is its own business",
  root: 'only engine/open.ts and engine/api wire things together: let what is needed be passed in (a type of engine/clock.ts may be imported)',
  worker: 'a worker entry is started with new Worker(new URL(…)), never imported: importing it would run it in this thread (its types may be imported)',
  lake: 'engine/lake lies below the other folders of engine and imports none of them: let what is needed be passed in',
  outside: 'src imports nothing from outside src except packages: tests, benchmarks and scripts are not part of the product',
  clock: 'time and chance are passed in: let engine/open.ts hand the clock over (its type may be imported), so that a test can set it',
};
