import { basename } from 'node:path';
import { HmsError, versionName } from '../../contract/index.ts';
import type { transformRoutes } from '../../contract/api/index.ts';
import { versionOf } from '../files.ts';
import { importFrom } from '../importing.ts';
import { findDataset, tagsOf } from '../names.ts';
import { prepareTransform } from '../transforming.ts';
import { draftKey } from './draft-handlers.ts';
import type { HandlersOf } from './handler.ts';
import type { Services } from './services.ts';
import type { TransformSpec } from '../transforms/index.ts';

/** Recorded steps from versions to a version, and records that were made elsewhere. */
export function transformHandlers({ desk, jobs, events, processes, verify }: Services): HandlersOf<typeof transformRoutes> {
  return {
    transform: async ({ body: { sources, spec, message, tags, into } }) => {
      const { lake, target, names } = await desk.needing((opened) => {
        const versions = sources.map((ref) => versionOf(opened, ref));
        const [first] = versions;
        if (first === undefined) throw new HmsError('USAGE', 'No version is named that the transform is to work on.', { kept: 'Nothing was changed.' });
        if (opened.readOnly !== null) throw opened.readOnly;
        const found = into === undefined ? first.dataset : (findDataset(opened, into) ?? into);
        return { lake: opened.lake.id, target: found, names: versions.map(({ dataset, version }) => versionName(dataset, version)) };
      });
      const parsed = tagsOf(tags);
      let isCommitting = false;
      return {
        job: jobs.begin({
          kind: 'transform',
          title: `Making the next version of ${target} from ${names.length === 1 ? (names[0] ?? '') : `${names.length} versions`}`,
          lake,
          subject: target,
          alone: draftKey(lake, target),
          // Once the commit has begun it is not known whether it was made: it is not made twice.
          afterAway: () => !isCommitting,
          work: ({ signal, onProgress }) =>
            desk.writing(async (writable) => {
              // The schema of the door and the type of the engine say the same but for members that are undefined.
              const pending = await prepareTransform(writable, names, JSON.parse(JSON.stringify(spec)) as TransformSpec, { signal, onProgress, into: target, processes });
              try {
                isCommitting = true;
                const { version } = await pending.commit({ message, tags: parsed });
                return { kind: 'transform', ref: versionName(target, version), dataset: target, version, counts: { ...pending.counts } };
              } finally {
                await pending.discard();
                events.tell({ type: 'draft', dataset: target });
              }
            }, lake),
        }),
      };
    },
    importPath: async ({ body: { path, as, message } }) => {
      const lake = await desk.needing((opened) => {
        if (opened.readOnly !== null) throw opened.readOnly;
        return opened.lake.id;
      });
      return {
        job: jobs.begin({
          kind: 'import',
          title: `Importing ${basename(path)}`,
          lake,
          subject: as ?? null,
          ...(as === undefined ? {} : { alone: draftKey(lake, as) }),
          afterAway: () => true,
          work: ({ signal, onProgress }) =>
            desk.writing(async (writable) => {
              const { dataset, committed, before, left } = await importFrom(writable, path, { signal, onProgress, judge: verify, as: as ?? null, message: message ?? null });
              return { kind: 'import', dataset, versions: committed.map((version) => versionName(dataset, version)), before, left: [...left] };
            }, lake),
        }),
      };
    },
  };
}
