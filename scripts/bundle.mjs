import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './places.mjs';

/** What is started by name, and the layer that it belongs to. Threads and helper processes are found by how they are started. */
const entries = { hms: 'cli', tour: 'cli', 'window-engine': 'host' };

/** Native modules, which stay files of their own. */
const native = ['better-sqlite3', 'duckdb'];

/** `import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js'`: how the sources name a file that a thread or process is started with. */
const started = /import\.meta\.url\.endsWith\('\.ts'\) \? '(?<file>[^']+)\.ts' : '\k<file>\.js'/g;

/**
 * Joins the command line, out of the sources, to a few files in a folder that must be in this project (the native modules are looked for from there): finding
 * and reading two hundred modules is most of what a short command takes. CommonJS, which starts quicker than modules do. What is loaded only when it is
 * needed stays so. `sources`: other programs, [name, file] each. Throws where something cannot be joined.
 */
export async function bundle(folder = join(root, 'out', 'bundle'), sources = entrySources()) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    input: Object.fromEntries(sources),
    platform: 'node',
    external: [/^node:/, ...native],
    plugins: [threadEntries(sources)],
    // Remarks on what could be split further, or reads oddly in other people's packages.
    logLevel: 'silent',
  });
  rmSync(folder, { recursive: true, force: true });
  await build.write({ dir: folder, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'part-[name]-[hash].cjs' });
  await build.close();
}

function entrySources() {
  return Object.entries(entries).map(([name, layer]) => [name, join(root, 'src', layer, `${name}.ts`)]);
}

/**
 * Makes an entry of each file that a thread or process is started with, and names it as it will stand beside all others. Throws where two of them have the same
 * name: one would take the other's place without a word.
 */
function threadEntries(sources) {
  const named = new Map(sources);
  return {
    name: 'thread-entries',
    transform: {
      filter: { code: started },
      handler(code, importer) {
        return code.replaceAll(started, (_, file) => {
          const name = basename(file);
          const id = join(importer, '..', `${file}.ts`);
          if ((named.get(name) ?? id) !== id) throw new Error(`${id} and ${named.get(name)} would both become ${name}.cjs: rename one.`);
          if (!named.has(name)) this.emitFile({ type: 'chunk', id, fileName: `${name}.cjs` });
          named.set(name, id);
          return `'./${name}.cjs'`;
        });
      },
    },
  };
}
