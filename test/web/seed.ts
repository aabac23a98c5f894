import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from './program.ts';

/** Makes a lake with two datasets, three versions and an open draft by the command line, so that every screen has something to show. Resolves to its folder. */
export async function seed(program: Program, name = 'seeded'): Promise<string> {
  const lake = join(program.home, name);
  const source = join(program.folder, `${name}-source`);
  await mkdir(join(source, 'readings', '2024-08-08'), { recursive: true });
  await writeFile(join(source, 'readings', '2024-08-08', 'NF-07.csv'), 'station,t\nNF-07,21.4\n');
  await writeFile(join(source, 'readings', 'stations.json'), '{"stations":["NF-07","NF-08"]}\n');
  await writeFile(join(source, 'letter.txt'), 'To the station at Cascade.\n');
  const env = { HMS_LAKE: lake };
  await program.hms(['dta', 'init', lake, '--zone', 'America/Chicago']);
  await program.hms(['dta', 'ingest', 'cascade-cards', join(source, 'readings'), '-m', 'Sensor cards, Aug 8', '--tag', 'raw'], env);
  await writeFile(join(source, 'readings', '2024-08-08', 'NF-07.csv'), 'station,t\nNF-07,21.5\n');
  await program.hms(['dta', 'ingest', 'cascade-cards', join(source, 'readings'), join(source, 'letter.txt'), '-m', 'One value put right'], env);
  await program.hms(['dta', 'ingest', 'letters', join(source, 'letter.txt'), '-m', 'Letters of August'], env);
  await writeFile(join(source, 'reply.txt'), 'To the office.\n');
  await program.hms(['dta', 'put', 'letters', join(source, 'reply.txt')], env);
  return lake;
}
