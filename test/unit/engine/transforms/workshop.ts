import type { DatasetId, Tag } from '../../../../src/contract/index.ts';
import { openFile, versionOf } from '../../../../src/engine/files.ts';
import type { LogicalPath } from '../../../../src/contract/index.ts';
import { prepareTransform } from '../../../../src/engine/transforming.ts';
import type { TransformOptions } from '../../../../src/engine/transforming.ts';
import type { TransformSpec } from '../../../../src/engine/transforms/index.ts';
import { openOffice } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { commit, draftsOf, put } from '../../../../src/engine/drafting.ts';
import { quiet } from '../../../builders/lake/office.ts';

/** An office in which versions are made of bytes and transformed. */
export class Workshop {
  readonly office: Office;

  constructor(office: Office) {
    this.office = office;
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await openOffice());
  }

  /** Commits files; texts are written as UTF-8. */
  async ingest(id: string, files: Readonly<Record<string, string | Uint8Array>>, tags: readonly string[] = []): Promise<number> {
    const folder = await mkdtemp(join(this.office.folder, 'source-'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return this.office.write(async (lake) => {
      await put(lake, id as DatasetId, [{ kind: 'path', path: `${folder}/.` }], quiet);
      return (await commit(lake, id as DatasetId, { message: null, tags: tags as Tag[] })).version;
    });
  }

  /** Runs a transform and commits it; answers what it made and counted. */
  transform(source: string | readonly string[], spec: TransformSpec, options: Partial<TransformOptions> = {}, tags: readonly string[] = []): Promise<{ version: number; made: readonly string[]; counts: object }> {
    return this.office.write(async (lake) => {
      const pending = await prepareTransform(lake, source, spec, { signal: never, onProgress: () => undefined, ...options });
      const { version } = await pending.commit({ message: 'Transformed', tags: tags as Tag[] });
      return { version, made: pending.made.map(({ path }) => path), counts: pending.counts };
    });
  }

  bytes(ref: string, name: string): Promise<Buffer> {
    return this.office.read(async (lake) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of (await openFile(lake, versionOf(lake, ref), name as LogicalPath)).stream) chunks.push(chunk);
      return Buffer.concat(chunks);
    });
  }

  async text(ref: string, name: string): Promise<string> {
    return (await this.bytes(ref, name)).toString('utf8');
  }

  names(ref: string): Promise<string[]> {
    return this.office.read((lake) => {
      const { dataset, version } = versionOf(lake, ref);
      return [...(lake.catalog.iterateFiles(dataset, version) ?? [])].map(({ path }) => path);
    });
  }

  /** What a transform that ended badly must not leave: drafts, staging folders, temporary files. */
  async remains(): Promise<string[]> {
    const drafts = await this.office.read((lake) => draftsOf(lake));
    const staging = await readdir(join(this.office.lake, 'staging'));
    const profile = await readdir(join(this.office.folder, 'profile-first'), { recursive: true });
    return [...drafts.map(({ dataset }) => `draft ${dataset}`), ...staging.map((name) => `staging ${name}`), ...profile.filter((name) => name.includes('scratch')).filter((name) => !name.endsWith('scratch'))];
  }

  remove(): Promise<void> {
    return this.office.remove();
  }
}

export const never = new AbortController().signal;
export const paths = (...names: string[]): LogicalPath[] => names as LogicalPath[];
