import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import { DoorError } from '../../contract/api/index.ts';
import type { JobResult, lakeRoutes, LakeState } from '../../contract/api/index.ts';
import { placeInWords } from '../doctor.ts';
import { initLake } from '../init.ts';
import { sampleLake } from '../sample-lake.ts';
import { enrollStation, pendingRequests, revokeStation } from '../stations.ts';
import { officersOf } from '../officers.ts';
import { acceptClockNow, rebuildCatalog } from '../upkeep.ts';
import type { Run } from '../jobs/index.ts';
import type { Doc, HandlersOf } from './handler.ts';
import { lakeState } from './lake-state.ts';
import type { Services } from './services.ts';

/** The lake that is open, those that can be opened, and its keys. */
export function lakeHandlers(services: Services): HandlersOf<typeof lakeRoutes> {
  const { desk, known, jobs, profile, home, clock } = services;

  /** Refuses where a job works on the open lake, but for one of that kind. */
  const mayClose = (butFor?: string): void => {
    const job = jobs.atWorkOn(desk.id ?? '').find(({ kind }) => kind !== butFor);
    if (job === undefined) return;
    throw new DoorError('JOB_REFUSED', `${job.title}: this is at work, so the lake stays open.`, { kept: 'Nothing was changed.', next: 'Wait until it is done, or cancel it.' });
  };
  const state = (): Promise<Doc<LakeState>> => desk.answering((lake) => lakeState(lake, desk));
  const open = async (folder: string): Promise<Doc<LakeState>> => {
    await desk.open(folder, () => mayClose());
    const opened = await state();
    await known.remember(opened.folder, opened.sample);
    return opened;
  };
  const create = async (folder: string, zone: string): Promise<Doc<LakeState>> => {
    mayClose();
    const { lake } = await initLake({ ...desk.openOptions(folder), zone });
    await lake.close();
    return open(folder);
  };
  const folderOf = async (key: string): Promise<string> => {
    const folder = await known.folderOf(key);
    if (folder !== null) return folder;
    throw new DoorError('LAKE_UNKNOWN', 'No lake is known here by that key.', { next: 'See the lakes that are listed.' });
  };

  return {
    about: () => ({
      product: 'HMS-DTA',
      version: services.version,
      account: services.account,
      station: services.station === null ? null : { name: services.station.name, id: services.station.id },
      localPaths: services.localPaths,
      home,
      lake: desk.id,
    }),
    listLakes: async () => ({ lakes: await known.list() }),
    createLake: ({ body: { name, zone } }) => {
      if (home === null) throw new HmsError('USAGE', 'There is no folder here in which lakes are made by name.', { kept: 'Nothing was made.', next: 'Choose a folder for the lake.' });
      return create(join(home, name), zone);
    },
    makeSample: () => ({
      job: jobs.begin({
        kind: 'sample',
        title: 'Making a sample lake',
        lake: null,
        subject: null,
        alone: 'sample',
        work: async (run: Run): Promise<JobResult> => {
          mayClose();
          const folder = await sampleLake(services.sample, { ...desk.openOptions(join(home ?? profile, 'samples')), clock }, home ?? join(profile, 'samples'), run);
          const { id } = await open(folder);
          return { kind: 'sample', lake: id };
        },
      }),
    }),
    openLake: async ({ params: { key } }) => {
      const folder = await folderOf(key);
      return open(folder).catch(async (error: unknown) => {
        if (!(error instanceof HmsError) || error.code !== 'NOT_A_LAKE' || (await isThere(folder))) throw error;
        throw new HmsError('PLACE_AWAY', `The folder of this lake is not there now (${folder}): the disk or share is not connected, or the folder was moved.`, { kept: 'Nothing was changed.', next: 'Connect the disk or share, then open the lake again.', cause: error });
      });
    },
    forgetLake: async ({ params: { key } }) => {
      await folderOf(key);
      await known.forget(key);
    },
    getLake: state,
    lakePlace: () => desk.answering((lake) => placeInWords(lake)),
    closeLake: () => desk.close(() => mayClose()),
    createLakeAt: ({ body: { folder, zone } }) => create(folder, zone),
    openLakeAt: ({ body: { folder } }) => open(folder),
    rebuildCatalog: async () => {
      const id = await desk.answering((lake) => lake.lake.id);
      desk.refuseAway();
      mayClose();
      return {
        job: jobs.begin({
          kind: 'rebuild',
          title: 'Building the catalog anew',
          lake: id,
          subject: null,
          alone: `rebuild ${id}`,
          work: async ({ onProgress }) => {
            onProgress({ phase: 'Reading the ledger', filesDone: 0, filesTotal: null, bytesDone: 0, bytesTotal: 0 });
            const { entries, datasets, files } = await desk.whileClosed(id, () => mayClose('rebuild'), (folder) => rebuildCatalog(desk.openOptions(folder)));
            return { kind: 'rebuild', entries, datasets, files };
          },
        }),
      };
    },
    acceptClock: ({ body: { reason } }) => desk.writing((lake) => acceptClockNow(lake, reason)),
    listKeys: () =>
      desk.answering(async (lake) => {
        const own = lake.station?.id ?? null;
        const keys = lake.catalog.keys().map(({ id, role, name, since, revoked }) => ({ id, role, name: id === own ? (lake.station?.name ?? name) : name, revoked: revoked !== null, enrolled: since, here: id === own }));
        const requests = (desk.away === null ? await pendingRequests(lake) : []).map(({ id, name, fingerprint }) => ({ id16: id.slice(0, 16), name, fingerprint }));
        return { keys, requests };
      }),
    enrollStation: ({ body: { id16, fingerprint } }) => desk.writing((lake) => enrollStation(lake, id16.toLowerCase(), fingerprint)),
    revokeStation: ({ params: { id16 }, body: { reason } }) => desk.writing(async (lake) => ({ id: await revokeStation(lake, id16.toLowerCase(), reason) })),
    officers: async () => {
      const officers = await (await officersOf({ profile, clock })).list();
      const roles = desk.isOpen ? await desk.answering((lake) => new Map(lake.catalog.keys().map((key) => [key.id, key.revoked === null ? key.role : 'revoked']))) : null;
      return { officers: officers.map(({ id, name, fingerprint }) => ({ id, name, fingerprint, enrolled: roles?.get(id) === 'officer' })) };
    },
  };
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}
