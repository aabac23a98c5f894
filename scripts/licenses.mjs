import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './places.mjs';

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`, and `@import 'x'` of a style sheet: what is not a path is a package. */
const imported = /(?:\bfrom|\bimport\s*\(?)\s*['"](?<name>@[^/'"]+\/[^/'"]+|[^./'"@][^/'"]*)/g;

/**
 * Every package whose code is handed out: those of "dependencies", those that are joined into main process, preload and screens, and all that they need in turn.
 * What is of another system and not installed here is left out. In the order of names.
 */
export function packedPackages(folder = root) {
  const { dependencies } = manifest(folder);
  const joined = globSync('src/{main,preload,renderer}/**/*.{ts,tsx,css}', { cwd: folder }).flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(imported)].map(({ groups }) => groups.name));
  const found = new Map();
  const waiting = [...Object.keys(dependencies), ...joined.filter((name) => name !== 'electron' && !name.startsWith('node:'))].map((name) => ({ name, from: folder }));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const place = installed(next.name, next.from);
    if (place === null || found.has(place)) continue;
    const { name, version, license = 'not said', author, repository, dependencies: needs = {}, optionalDependencies: more = {}, peerDependencies: peers = {}, peerDependenciesMeta: notes = {} } = manifest(place);
    found.set(place, { name, version, license, from: textOf(repository?.url ?? repository ?? author?.name ?? author), place });
    const wanted = Object.keys(peers).filter((peer) => notes[peer]?.optional !== true);
    waiting.push(...[...Object.keys({ ...needs, ...more }), ...wanted].map((needed) => ({ name: needed, from: place })));
  }
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** What of others stands in the source itself, as data: named as a package would be, with the notice that its licence asks for. */
export const packedData = [
  {
    name: 'eff-large-wordlist',
    version: '2016',
    license: 'CC-BY-3.0-US',
    from: 'https://www.eff.org/dice',
    notice: `The words of passphrases are those of the "EFF Long Wordlist", © 2016 Electronic Frontier Foundation (Joseph Bonneau), https://www.eff.org/files/2016/07/18/eff_large_wordlist.txt,
under the licence Creative Commons Attribution 3.0 United States, https://creativecommons.org/licenses/by/3.0/us/legalcode. Changed: the numbers of the dice are left out, and the words stand
many in a line; the words and their order are as published. The Electronic Frontier Foundation does not endorse HMS-DTA or its use.`,
  },
];

/** Writes the licence of each packed package and of each piece of data, and a list of them all, into a folder that is made anew. Answers the names of the files. */
export function writeLicenses(folder = join(root, 'out', 'licenses'), project = root) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packages = packedPackages(project);
  for (const one of packages) writeFileSync(join(folder, fileOf(one)), licenseText(one));
  for (const one of packedData) writeFileSync(join(folder, fileOf(one)), `${one.name} ${one.version}\nLicence: ${one.license}\nFrom: ${one.from}\n\n${one.notice}\n`);
  const lines = [...packages, ...packedData].map((one) => `${one.name} ${one.version}: ${one.license} (${fileOf(one)})`);
  writeFileSync(join(folder, 'INDEX.txt'), `HMS-DTA is handed out with these packages and data of others, each under its own licence. Electron's own, and those of Chromium, lie beside the program.\n\n${[...new Set(lines)].join('\n')}\n`);
  return readdirSync(folder).sort();
}

/** `@hono/node-server` 2.1.8 → `@hono+node-server@2.1.8.txt`. */
export function fileOf({ name, version }) {
  return `${name.replace('/', '+')}@${version}.txt`;
}

/** Licence and notices as the package has them; where it has none, what it says in its package.json. */
function licenseText({ name, version, license, from, place }) {
  const files = readdirSync(place).filter((file) => /^(licen[cs]e|copying|notice|copyright)/i.test(file)).sort();
  const head = `${name} ${version}\nLicence: ${license}\nFrom: ${from}\n`;
  if (files.length === 0) return `${head}\nThe package has no text of its licence; this is what its package.json says.\n`;
  return [head, ...files.map((file) => `---- ${file} ----\n${readFileSync(join(place, file), 'utf8').trimEnd()}\n`)].join('\n');
}

/** The folder that Node finds a package in, seen from another folder; null where it is not installed. */
function installed(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === dirname(folder)) return null;
  }
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function textOf(value) {
  return typeof value === 'string' ? value : 'not said';
}
