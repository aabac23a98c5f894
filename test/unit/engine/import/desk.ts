import { join } from 'node:path';
import { HmsError } from '../../../../src/contract/index.ts';
import type { DatasetId, LogicalPath } from '../../../../src/contract/index.ts';
import type { VersionDetail } from '../../../../src/engine/catalog/index.ts';
import { openFile, versionOf } from '../../../../src/engine/files.ts';
import { importFrom } from '../../../../src/engine/importing.ts';
import type { ImportOptions, ImportReport } from '../../../../src/engine/importing.ts';
import type { ReadableLake } from '../../../../src/engine/open.ts';
import { textOf } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';

/** Everything is valid: what the import itself refuses is then seen. */
export const trusting: ImportOptions['judge'] = () => Promise.resolve({ clean: true, summary: '', findings: [] });

export function take(office: Office, path: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> {
  const all: ImportOptions = { signal: new AbortController().signal, onProgress: () => undefined, judge: trusting, as: null, message: null, ...options };
  return office.write((lake) => importFrom(lake, join(office.folder, path), all));
}

export function version(office: Office, ref: string): Promise<VersionDetail> {
  return office.read((lake) => versionOf(lake, ref));
}

/** Name → content of a version. */
export function contents(office: Office, ref: string): Promise<Record<string, string>> {
  return office.read(async (lake) => {
    const detail = versionOf(lake, ref);
    const found: Record<string, string> = {};
    for (const { path } of lake.catalog.iterateFiles(detail.dataset, detail.version) ?? []) found[path] = await textOf((await openFile(lake, detail, path)).stream);
    return found;
  });
}

/** Name → hash of a version. */
export function hashes(lake: ReadableLake, id: string, number: number): Record<string, string> {
  return Object.fromEntries(Array.from(lake.catalog.iterateFiles(id as DatasetId, number) ?? [], ({ path, sha256 }: { path: LogicalPath; sha256: string }) => [path, sha256]));
}

export const codeOf = (call: Promise<unknown>): Promise<string> => call.then(() => 'no error', (error: unknown) => (error instanceof HmsError ? error.code : String(error)));
