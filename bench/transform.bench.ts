import { createWriteStream, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { alternate, hms, ratioRow, root, timed } from './harness.ts';
import type { Bench } from './harness.ts';

const COLUMNS = ['timestamp', 'temp', 'pm25'];

/** `hms dta transform csv_trim` of a large CSV file, hashed, staged durably and committed, beside DuckDB alone that copies the same columns as text. */
export const transform: Bench = {
  name: 'transform',
  async run(folder, rounds) {
    const source = join(folder, 'sensors.csv');
    await sensorFile(source, 2e9);
    const lake = join(folder, 'lake');
    const environment = { HMS_LAKE: lake, HMS_PROFILE: join(folder, 'profile') };
    await timed([...hms, 'init', lake, '--zone', 'UTC'], environment);
    await timed([...hms, 'ingest', 'WF', source, '-m', 'bench'], environment);
    const peer = join(folder, 'peer.mjs');
    writeFileSync(peer, peerScript(source, join(folder, 'peer.csv')));
    const ours = (round: number) => timed([...hms, 'transform', 'csv_trim', 'WF:v1', '--cols', COLUMNS.join(','), '--into', `TRIMMED-${round}`, '-m', 'bench'], environment);
    const sides = await alternate(rounds, ours, () => timed([process.execPath, peer]));
    return [ratioRow('csv_trim of a CSV file of 2 GB', '`COPY (SELECT …)` of DuckDB, all text', 3, sides)];
  },
};

function peerScript(source: string, target: string): string {
  return `import { DuckDBInstance } from ${JSON.stringify(join(root, 'node_modules/duckdb/lib/index.js'))};
const connection = await (await DuckDBInstance.create(':memory:')).connect();
await connection.run(\`COPY (SELECT ${COLUMNS.join(', ')} FROM read_csv('${source}', all_varchar = true)) TO '${target}' (FORMAT csv, HEADER)\`);
`;
}

/** Readings of sensors, ten columns, some of them quoted; the same bytes each time. */
async function sensorFile(path: string, bytes: number): Promise<void> {
  const rows = Array.from({ length: 20_000 }, (_, i) => {
    const hour = String(i % 24).padStart(2, '0');
    const comment = i % 50 === 0 ? '"checked, ""ok"""' : `routine reading number ${i}`;
    return `2024-07-04T${hour}:${String(i % 60).padStart(2, '0')}:00Z,ST-${i % 97},${(i % 400) / 10 + 60},${i % 100},${((i * 7) % 500) / 10},${((i * 3) % 900) / 10},${i % 360},${(i % 200) / 10},${3.2 + (i % 10) / 10},${comment}\n`;
  }).join('');
  const stream = createWriteStream(path);
  stream.write('timestamp,station,temp,humidity,pm25,pm10,wind_dir,wind_speed,battery,comment\n');
  const piece = Buffer.from(rows);
  for (let done = 0; done < bytes; done += piece.length) if (!stream.write(piece)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
}
