import { HmsError } from '../../contract/index.ts';
import type { Entry, ledgerRoutes } from '../../contract/api/index.ts';
import type { ReadableLake } from '../access.ts';
import type { LogEntry } from '../catalog/index.ts';
import { proofOf } from '../export-content.ts';
import { leafAt } from '../lake/index.ts';
import { wordsOf } from '../ledger-words.ts';
import { datasetOf } from '../names.ts';
import type { Doc, HandlersOf } from './handler.ts';
import type { Services } from './services.ts';
import { signersOf } from './shapes.ts';
import type { Signers } from './shapes.ts';

/** The ledger, as people read it. */
export function ledgerHandlers({ desk }: Services): HandlersOf<typeof ledgerRoutes> {
  return {
    listEntries: ({ query: { before, limit, dataset }, signal }) =>
      desk.answering(async (lake) => {
        const filter = { ...(dataset === undefined ? {} : { dataset: datasetOf(lake, dataset) }), ...(before === undefined ? {} : { before }) };
        const page = lake.catalog.log(filter, limit);
        const [signers, own] = [signersOf(lake), ownLog(lake)];
        const items: Doc<Entry>[] = [];
        for (const entry of page.entries) {
          signal.throwIfAborted();
          items.push(await shape(lake, entry, own, signers, desk.away !== null));
        }
        return { items, next: page.next === null ? null : String(page.next) };
      }),
    getEntry: ({ params: { seq } }) =>
      desk.answering(async (lake) => {
        desk.refuseAway();
        const entry = lake.catalog.entry(seq);
        const leaf = entry === null ? null : await leafAt(lake.paths.entry(seq), lake.durable.place, lake.clock);
        if (entry === null || leaf?.is !== 'leaf') throw new HmsError('ENTRY_UNKNOWN', `The ledger has no entry ${seq}.`, { kept: 'Nothing was changed.', next: `The newest is ${lake.catalog.view.size - 1}.` });
        const { station } = lake;
        const proof = station === null ? null : await proofOf(lake, station, seq).catch(unproved);
        return { ...(await shape(lake, entry, ownLog(lake), signersOf(lake), false)), json: Buffer.from(leaf.bytes).toString('utf8'), proof };
      }),
  };
}

/** Entries of before a fork are of other logs. */
function ownLog(lake: ReadableLake): number {
  return lake.catalog.log({}, 1).entries[0]?.log ?? 0;
}

async function shape(lake: ReadableLake, entry: LogEntry, own: number, signers: Signers, isAway: boolean): Promise<Doc<Entry>> {
  const { seq, at, op, subject, effect, why, leafHash, destroyed, actor } = entry;
  const words = await wordsOf(lake, entry, own, isAway);
  return { seq, at, op, subject, by: signers(actor)?.name ?? null, words, effect, why, leafHash, destroyed: destroyed === null ? null : { authority: destroyed.authority } };
}

/** A station that may only read has no checkpoint of its own over the newest entries. */
function unproved(error: unknown): null {
  if (error instanceof HmsError && error.code === 'LAKE_READ_ONLY') return null;
  throw error;
}
