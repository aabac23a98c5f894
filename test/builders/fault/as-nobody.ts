import type { DatasetId, LogicalPath, Tag } from '../../../src/contract/index.ts';
import { HmsError } from '../../../src/contract/index.ts';
import { addTag } from '../../../src/engine/datasets/index.ts';
import { commit, put } from '../../../src/engine/drafting.ts';
import { openFile, versionOf } from '../../../src/engine/files.ts';
import { openToRead, openToWrite } from '../../../src/engine/open.ts';
import { verify } from '../../../src/verify/index.ts';
import { quiet } from './quiet.ts';

/**
 * A process under another account: `node as-nobody.ts LAKE PROFILE SOURCE`, started as root, loads the program and then becomes user 65534. Prints what
 * each attempt came to as one JSON object.
 */

const NOBODY = 65_534;
const [folder = '', profile = '', source = ''] = process.argv.slice(2);
const dataset = 'OPEN' as DatasetId;

process.setgroups?.([]);
process.setgid?.(NOBODY);
process.setuid?.(NOBODY);

const outcomes: Record<string, unknown> = {};
async function attempt(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    outcomes[name] = (await work()) ?? 'done';
  } catch (error) {
    if (!(error instanceof HmsError)) outcomes[name] = { bare: String(error) };
    else outcomes[name] = { code: error.code, message: error.message, kept: error.kept ?? null, next: error.next ?? null };
  }
}

async function read(id: string): Promise<string> {
  const lake = await openToRead({ folder, profile });
  try {
    const { stream } = await openFile(lake, versionOf(lake, id), 'in.txt' as LogicalPath);
    let text = '';
    for await (const piece of stream) text += Buffer.from(piece).toString();
    return text;
  } finally {
    await lake.close();
  }
}

async function write(work: (lake: Awaited<ReturnType<typeof openToWrite>>) => Promise<unknown>): Promise<unknown> {
  const lake = await openToWrite({ folder, profile, grace: 0 });
  try {
    await work(lake);
    return null;
  } finally {
    await lake.close();
  }
}

outcomes['uid'] = process.getuid?.() ?? null;
await attempt('read', () => read('OPEN'));
await attempt('read closed', () => read('CLOSED'));
await attempt('verify', async () => {
  const report = await verify(folder, { workers: 0 });
  return report.findings.filter((finding) => finding.severity === 'error').map((finding) => finding.code);
});
await attempt('tag', () => write((lake) => addTag(lake, { dataset, version: 1 }, 'x' as Tag)));
await attempt('put', () => write((lake) => put(lake, dataset, [{ kind: 'path', path: source }], { ...quiet, inline: true })));
await attempt('commit', () => write((lake) => commit(lake, dataset, { message: null, tags: [] })));
process.stdout.write(JSON.stringify(outcomes));
