import { createWriteStream, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { alternate, hms, ratioRow, root, timed } from './harness.ts';
import type { Bench } from './harness.ts';

/** A smaller number, for trying. */
const ROWS = Number(process.env['HMS_BENCH_ROWS'] ?? 5_000_000);

const contract = `apiVersion: v3.1.0
kind: DataContract
id: sensor_tests
name: sensor_tests
version: "1.0.0"
status: active
schema:
  - name: sensor_tests
    customProperties:
      - {property: source, value: {patterns: ["tests_*.csv"], format: csv}}
    properties:
      - {name: serial, logicalType: string, required: true}
      - {name: model, physicalName: car_model, logicalType: string, required: true, logicalTypeOptions: {maxLength: 40}}
      - {name: fail, physicalName: sensor_fail, logicalType: integer, required: true, logicalTypeOptions: {minimum: 0, maximum: 1}}
      - {name: tested_at, physicalName: test_time, logicalType: timestamp, required: true, partitioned: true}
      - {name: ssn, logicalType: string, customProperties: [{property: pii, value: {kind: ssn, mask: hash}}]}
      - {name: state, logicalType: string, required: true}
      - {name: mileage, logicalType: integer, logicalTypeOptions: {minimum: 0}}
      - {name: volts, logicalType: number}
`;

/** `hms dta raw normalize` of one drop: hashed, validated, one column masked with a key, partitioned by program and month, and committed durably; beside DuckDB alone that reads and writes the same. */
export const normalize: Bench = {
  name: 'normalize',
  async run(folder, rounds) {
    const source = join(folder, 'tests_2024.csv');
    await testsFile(source, ROWS);
    const terms = join(folder, 'sensor_tests.odcs.yaml');
    writeFileSync(terms, contract);
    const peer = join(folder, 'peer.mjs');
    const target = join(folder, 'peer');
    writeFileSync(peer, peerScript(source, target));
    const ours = async (round: number) => {
      const lake = join(folder, `lake-${round}`);
      const environment = { HMS_LAKE: lake, HMS_PROFILE: join(folder, `profile-${round}`) };
      await timed([...hms, 'init', lake, '--zone', 'UTC'], environment);
      await timed([...hms, 'contract', 'publish', terms], environment);
      await timed([...hms, 'raw', 'put', '--program', '12', source], environment);
      const ran = await timed([...hms, 'raw', 'normalize'], environment);
      if (!ran.said.includes(`${ROWS.toLocaleString('en-US')} rows`)) throw new Error(ran.said);
      return ran;
    };
    const theirs = (): ReturnType<typeof timed> => {
      rmSync(target, { recursive: true, force: true });
      return timed([process.execPath, peer]);
    };
    const sides = await alternate(rounds, ours, theirs);
    return [ratioRow(`normalize a CSV file of ${ROWS.toLocaleString('en-US')} rows and 8 columns: check the values, mask one column by HMAC, divide by month, commit`, '`COPY (SELECT … sha256(ssn) … FROM read_csv) TO … (PARTITION_BY)` of DuckDB', 1.6, sides)];
  },
};

function peerScript(source: string, target: string): string {
  return `import { DuckDBInstance } from ${JSON.stringify(join(root, 'node_modules/duckdb/lib/index.js'))};
const connection = await (await DuckDBInstance.create(':memory:')).connect();
await connection.run("SET TimeZone = 'UTC'");
await connection.run("SET threads = 2");
await connection.run(\`COPY (SELECT 12::BIGINT AS program_id, serial, car_model AS model, sensor_fail AS fail, test_time AS tested_at, sha256(ssn) AS ssn, state, mileage, volts, date_trunc('month', test_time)::DATE AS tested_month
  FROM read_csv('${source}', types = {'test_time': 'TIMESTAMPTZ'})) TO '${target}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (program_id, tested_month), WRITE_PARTITION_COLUMNS true)\`);
`;
}

/** Tests of a year, in their order; the same bytes each time. */
async function testsFile(path: string, rows: number): Promise<void> {
  const states = ['CA', 'TX', 'NY', 'FL', 'WA', 'OH', 'PA', 'IL'];
  const begun = Date.UTC(2024, 0, 1);
  let held = 12_345;
  const pick = (below: number): number => (held = (Math.imul(held, 1_103_515_245) + 12_345) & 0x7fff_ffff) % below;
  const stream = createWriteStream(path);
  stream.write('serial,car_model,sensor_fail,test_time,ssn,state,mileage,volts\n');
  for (let done = 0; done < rows; ) {
    const lines: string[] = [];
    for (const end = Math.min(rows, done + 10_000); done < end; done++) {
      const time = `${new Date(begun + Math.floor((done * 366 * 86_400_000) / rows)).toISOString().slice(0, 19)}Z`;
      lines.push(`SN-${100_000_000 + done},Model-${'AZQX'.charAt(pick(4))},${pick(10) === 0 ? 1 : 0},${time},${100 + pick(800)}-${10 + pick(90)}-${1_000 + pick(9_000)},${states[pick(8)] ?? ''},${pick(200_000)},${(pick(1_400) / 100).toFixed(2)}\n`);
    }
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}
