import { HmsError, parseVersionRef, versionName } from '../../contract/index.ts';
import type { DatasetId } from '../../contract/index.ts';
import type { datasetRoutes } from '../../contract/api/index.ts';
import type { ReadableLake, WritableLake } from '../access.ts';
import type { VersionDetail } from '../catalog/index.ts';
import { addAlias, addTag, createDataset, describeDataset, removeTag, withdrawVersion } from '../datasets/index.ts';
import { versionOf } from '../files.ts';
import { datasetIdOf, datasetOf, findDataset, logicalPathOf, tagOf, tagsOf } from '../names.ts';
import { bytesResponse } from './bytes.ts';
import type { Doc, HandlersOf } from './handler.ts';
import { FolderLists } from './folder-lists.ts';
import type { Services } from './services.ts';
import { StoredPlaces } from './stored-places.ts';
import { datasetRow, datasetShape, descriptionOf, fileShape, signersOf, titleOf, versionShape } from './shapes.ts';
import type { Dataset, Version } from '../../contract/api/index.ts';

/** Datasets, versions and their files. */
export function datasetHandlers({ desk, drafts }: Services): HandlersOf<typeof datasetRoutes> {
  const folders = new FolderLists();
  const places = new StoredPlaces();

  const datasetNow = async (lake: ReadableLake, id: DatasetId): Promise<Doc<Dataset>> => {
    const detail = lake.catalog.dataset(id);
    if (detail === null) throw new Error(`The catalog has no dataset ${id} that it resolved.`);
    return datasetShape(lake, detail, (await drafts.changesByDataset(lake)).get(id) ?? null);
  };
  const versionNow = (lake: ReadableLake, { dataset, version }: VersionDetail): Doc<Version> => {
    const detail = lake.catalog.version(dataset, version);
    if (detail === null) throw new Error(`The catalog has no ${versionName(dataset, version)} that it resolved.`);
    return versionShape(lake, detail, signersOf(lake));
  };
  const changed = (text: string, act: (lake: WritableLake, id: DatasetId) => Promise<unknown>): Promise<Doc<Dataset>> =>
    desk.writing(async (lake) => {
      const id = datasetOf(lake, text);
      await act(lake, id);
      return datasetNow(lake, id);
    });
  const versionChanged = (ref: string, act: (lake: WritableLake, version: VersionDetail) => Promise<unknown>): Promise<Doc<Version>> =>
    desk.writing(async (lake) => {
      const version = versionOf(lake, ref);
      await act(lake, version);
      return versionNow(lake, version);
    });

  return {
    listDatasets: ({ query: { after, limit, find } }) =>
      desk.answering(async (lake) => {
        const page = lake.catalog.datasets(after, limit, find);
        const [signers, changes] = [signersOf(lake), await drafts.changesByDataset(lake)];
        const items = page.datasets.map((summary) => datasetRow(lake, summary, titleOf(descriptionOf(lake.catalog.dataset(summary.id))), changes.get(summary.id) ?? null, signers));
        return { items, next: page.next };
      }),
    createDataset: ({ body: { id: text, tags, description } }) =>
      desk.writing(async (lake) => {
        const id = datasetIdOf(text);
        const owner = findDataset(lake, id);
        if (owner !== null) throw new HmsError('DATASET_EXISTS', `The name "${text}" is taken by the dataset ${owner}.`, { kept: 'Nothing was changed.', next: 'Choose another name, or add the files to that dataset.', facts: { dataset: owner } });
        await createDataset(lake, id, tagsOf(tags));
        if (description !== undefined && Object.keys(description).length > 0) await describeDataset(lake, id, description);
        return datasetNow(lake, id);
      }),
    getDataset: ({ params: { id } }) => desk.answering((lake) => datasetNow(lake, datasetOf(lake, id))),
    describeDataset: ({ params, body }) => changed(params.id, (lake, id) => describeDataset(lake, id, body)),
    addAlias: ({ params, body: { alias } }) => changed(params.id, (lake, id) => addAlias(lake, id, datasetIdOf(alias))),
    listVersions: ({ params, query: { below, limit } }) =>
      desk.answering((lake) => {
        const found = lake.catalog.versions(datasetOf(lake, params.id), below ?? null, limit + 1);
        const signers = signersOf(lake);
        const items = found.slice(0, limit).map((detail) => versionShape(lake, detail, signers));
        return { items, next: found.length > limit ? String(items.at(-1)?.version) : null };
      }),
    getVersion: ({ params: { ref } }) => desk.answering((lake) => versionNow(lake, versionOf(lake, ref))),
    ancestry: ({ params: { ref } }) =>
      desk.answering((lake) => {
        const detail = versionOf(lake, ref);
        const signers = signersOf(lake);
        // A source need not be in this lake's catalog.
        const sources = lake.catalog.sources(detail.dataset, detail.version).flatMap(({ dataset, version }) => lake.catalog.version(dataset, version) ?? []);
        const derived = lake.catalog.derivedFrom(detail.dataset, detail.version);
        return { version: versionShape(lake, detail, signers), sources: sources.map((item) => versionShape(lake, item, signers)), derived: derived.map((item) => versionShape(lake, item, signers)) };
      }),
    listFiles: ({ params: { ref }, query: { after, limit, find } }) =>
      desk.answering((lake) => {
        const version = versionOf(lake, ref);
        const page = lake.catalog.files(version.dataset, version.version, after, limit, find);
        if (page === null) throw filesUnknown(version);
        return { items: page.files.map(fileShape), next: page.next };
      }),
    listFolder: ({ params: { ref }, query: { under, after, limit }, signal }) =>
      desk.answering(async (lake) => {
        const version = versionOf(lake, ref);
        const page = await folders.page(lake, version, under, after, limit, signal);
        if (page === null) throw filesUnknown(version);
        return page;
      }),
    readFile: ({ params: { ref }, query: { path }, headers, isHead }) =>
      desk.answering(async (lake) => {
        desk.refuseAway();
        const { file, place } = await places.locate(lake, versionOf(lake, ref), logicalPathOf(path));
        return bytesResponse({ place, size: file.size, etag: file.sha256, sha256: file.sha256, name: fileShape(file).name }, { headers, isHead });
      }),
    compareVersions: ({ params: { ref }, query: { from, after, limit } }) =>
      desk.answering((lake) => {
        const version = versionOf(lake, ref);
        if (from > 0) versionOf(lake, versionName(version.dataset, from));
        const differences = lake.catalog.differences(version.dataset, from, version.version);
        if (differences === null) throw filesUnknown(version);
        try {
          const rows = differences.page(after, limit + 1);
          const items = rows.slice(0, limit).map((row) => ({ kind: row.kind, path: row.path, sha256: row.sha256, size: row.size, from: row.kind === 'renamed' ? row.from : null, before: row.kind === 'replaced' ? row.before : null }));
          return { items, next: rows.length > limit ? (items.at(-1)?.path ?? null) : null, totals: differences.totals };
        } finally {
          differences.close();
        }
      }),
    addTag: ({ params: { ref, tag } }) => versionChanged(ref, (lake, version) => addTag(lake, version, tagOf(tag))),
    removeTag: ({ params: { ref, tag } }) => versionChanged(ref, (lake, version) => removeTag(lake, version, tagOf(tag))),
    withdrawVersion: ({ params: { ref }, body: { reason } }) =>
      versionChanged(ref, (lake, version) => {
        if (parseVersionRef(ref)?.by === 'number') return withdrawVersion(lake, version, reason);
        throw new HmsError('ACT_REFUSED', `This cannot be taken back, so the version is named by its number; "${ref}" means ${versionName(version.dataset, version.version)} at this moment.`, { kept: 'Nothing was changed.' });
      }),
  };
}

function filesUnknown({ dataset, version }: VersionDetail): HmsError {
  return new HmsError('STORED_DAMAGED', `The files of ${versionName(dataset, version)} are not known: an inventory cannot be read.`, { kept: 'Nothing was changed.', next: 'Check the lake, and restore the inventory from a backup.' });
}
