import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetId, LogicalPath } from '../../../src/contract/index.ts';
import { commit, put } from '../../../src/engine/drafting.ts';
import type { WritableLake } from '../../../src/engine/open.ts';
import { quiet } from './quiet.ts';

/** Putting and committing texts through the service, as files of a folder. */

export async function putTexts(lake: WritableLake, below: string, dataset: string, texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) {
    const file = join(below, 'texts', Buffer.from(`${name}\0${text}`).toString('hex').slice(0, 100));
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    await put(lake, dataset as DatasetId, [{ kind: 'path', path: file, as: name as LogicalPath }], { ...quiet, inline: true });
  }
}

export async function commitTexts(lake: WritableLake, below: string, dataset: string, texts: Readonly<Record<string, string>>): Promise<number> {
  await putTexts(lake, below, dataset, texts);
  return (await commit(lake, dataset as DatasetId, { message: null, tags: [] })).version;
}
