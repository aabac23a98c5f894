import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './places.mjs';

/** What is started by name. Threads and helper processes are found by how they are started. */
const entries = ['hms', 'tour'];

/** Native modules, which stay files of their own. */
const native = ['better-sqlite3', 'duckdb'];

/** `import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js'`: how the sources name a file that a thread or process is started with. */
const started = /import\.meta\.url\.endsWith\('\.ts'\) \? '(?<file>[^']+)\.ts' : '\k<file>\.js'/g;

/**
 * Joins the command line, out of the sources, to a few files in a folder that must be in this project (the native modules are looked for from there): finding
 * and reading two hundred modules is most of what a short command takes. CommonJS, which starts quicker than modules do. What is loaded only when it is
 * needed stays so. Throws where something cannot be joined.
 */
export async function bundle(folder = join(root, 'out', 'bundle')) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    input: Object.fromEntries(entries.map((name) => [name, join(root, 'src', 'cli', `${name}.ts`)])),
    platform: 'node',
    external: [/^node:/, ...native],
    plugins: [threadEntries()],
    // Remarks on what could be split further, or reads oddly in other people's packages.
    logLevel: 'silent',
  });
  rmSync(folder, { recursive: true, force: true });
  await build.write({ dir: folder, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'part-[name]-[hash].cjs' });
  await build.close();
}

/** Makes an entry of each file that a thread or process is started with, and names it as it will stand beside all others. */
function threadEntries() {
  return {
    name: 'thread-entries',
    transform: {
      filter: { code: started },
      handler(code, importer) {
        return code.replaceAll(started, (_, file) => {
          const name = basename(file);
          this.emitFile({ type: 'chunk', id: join(importer, '..', `${file}.ts`), fileName: `${name}.cjs` });
          return `'./${name}.cjs'`;
        });
      },
    },
  };
}
