import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const measure = fileURLToPath(new URL('../builders/ocfl/measure.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hms-soak-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const MIB = 2 ** 20;

/** An object whose inventory is large and whose files are empty: all of one content, so that none but the first is stored. */
function largeObject(name: string, paths: number, versions: number, digests: number): string {
  const root = join(folder, name);
  for (let v = 1; v <= versions; v++) mkdirSync(join(root, `v${String(v)}`), { recursive: true });
  const contents = Array.from({ length: digests }, (_, n) => `content ${String(n)}`);
  const sums = contents.map((text) => createHash('sha512').update(text).digest('hex'));
  mkdirSync(join(root, 'v1/content'));
  contents.forEach((text, n) => {
    writeFileSync(join(root, `v1/content/${String(n)}`), text);
  });
  const file = openSync(join(root, 'inventory.json'), 'w');
  const sum = createHash('sha512');
  let held = '';
  const flush = (): void => {
    sum.update(held);
    writeSync(file, held);
    held = '';
  };
  const write = (text: string): void => {
    held += text;
    if (held.length > MIB) flush();
  };
  write(`{"id":"urn:large","type":"https://ocfl.io/1.1/spec/#inventory","digestAlgorithm":"sha512","head":"v${String(versions)}","manifest":{`);
  write(sums.map((digest, n) => `"${digest}":["v1/content/${String(n)}"]`).join(','));
  write('},"versions":{');
  for (let v = 1; v <= versions; v++) {
    write(`${v > 1 ? ',' : ''}"v${String(v)}":{"created":"2024-07-30T12:00:00Z","message":"m","user":{"name":"Ada","address":"mailto:ada@example.org"},"state":{`);
    sums.forEach((digest, d) => {
      write(`${d > 0 ? ',' : ''}"${digest}":[`);
      for (let n = d; n < paths; n += digests) write(`${n > d ? ',' : ''}"folder ${String(n % 997)}/some longer name of a file ${String(n)}.csv"`);
      write(']');
    });
    write('}}');
  }
  write('}}');
  flush();
  closeSync(file);
  writeFileSync(join(root, 'inventory.json.sha512'), `${sum.digest('hex')} inventory.json\n`);
  writeFileSync(join(root, '0=ocfl_object_1.1'), 'ocfl_object_1.1\n');
  return root;
}

describe('an inventory of 250 MB', () => {
  it.each([
    ['of one version with millions of paths', 4_200_000, 1, 1_000],
    ['of twenty versions', 210_000, 20, 1_000],
  ])('%s is checked in less than 400 MB of memory', (name, paths, versions, digests) => {
    const root = largeObject(name, paths, versions, digests);
    expect(statSync(join(root, 'inventory.json')).size).toBeGreaterThan(150 * MIB);
    const answer = JSON.parse(execFileSync(process.execPath, [measure, root], { encoding: 'utf8' })) as { codes: string[]; resident: number; checked: { files: number } };
    expect(answer.codes).toEqual(['W010']);
    expect(answer.checked.files).toBe(digests);
    expect(answer.resident / 1e6).toBeLessThan(400);
    process.stdout.write(`${name}: ${String(Math.round(answer.resident / 1e6))} MB\n`);
    rmSync(root, { recursive: true });
  });
});
