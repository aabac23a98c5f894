import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { routes } from '../../contract/api/screens.ts';
import type { TreeRow } from '../../contract/api/index.ts';
import type { Call } from '../host/index.ts';
import { keys } from './keys.ts';

/**
 * What the screens ask the door for. Answers are kept until an event says that they changed (data/live.ts); what belongs to a version never changes, so it is
 * asked for once.
 */
const forEver = { staleTime: Infinity, gcTime: 10 * 60_000 } as const;

export const queries = {
  about: (call: Call) => queryOptions({ queryKey: keys.about, queryFn: ({ signal }) => call(routes.about, { signal }) }),
  lakes: (call: Call) => queryOptions({ queryKey: keys.lakes, queryFn: ({ signal }) => call(routes.listLakes, { signal }) }),
  lake: (call: Call) =>
    queryOptions({
      queryKey: keys.lake,
      // Asked first whether there is one: the refusal would stand in the browser's log as a fault.
      queryFn: async ({ signal }) => ((await call(routes.about, { signal })).lake === null ? null : call(routes.getLake, { signal })),
    }),
  keys: (call: Call) => queryOptions({ queryKey: keys.keys, queryFn: ({ signal }) => call(routes.listKeys, { signal }) }),
  officers: (call: Call) => queryOptions({ queryKey: keys.officers, queryFn: ({ signal }) => call(routes.officers, { signal }) }),
  jobs: (call: Call) => queryOptions({ queryKey: keys.jobs, queryFn: ({ signal }) => call(routes.listJobs, { signal }) }),
  presence: (call: Call) => queryOptions({ queryKey: keys.presence, queryFn: ({ signal }) => call(routes.listPresent, { signal }) }),
  place: (call: Call) => queryOptions({ queryKey: keys.place, queryFn: ({ signal }) => call(routes.lakePlace, { signal }) }),
  drafts: (call: Call) => queryOptions({ queryKey: keys.drafts, queryFn: ({ signal }) => call(routes.listDrafts, { signal }) }),
  draft: (call: Call, dataset: string) => queryOptions({ queryKey: keys.draft(dataset), queryFn: ({ signal }) => call(routes.getDraft, { params: { dataset }, signal }) }),
  draftChanges: (call: Call, dataset: string) =>
    infiniteQueryOptions({
      queryKey: keys.draftChanges(dataset),
      queryFn: ({ signal, pageParam }) => call(routes.listChanges, { params: { dataset }, query: { after: pageParam }, signal }),
      initialPageParam: '',
      getNextPageParam: ({ next }) => next,
    }),
  datasets: (call: Call, find: string) =>
    infiniteQueryOptions({
      queryKey: keys.datasets(find),
      queryFn: ({ signal, pageParam }) => call(routes.listDatasets, { query: { find, after: pageParam, limit: 500 }, signal }),
      initialPageParam: '',
      getNextPageParam: ({ next }) => next,
      placeholderData: keepPreviousData,
    }),
  dataset: (call: Call, id: string) => queryOptions({ queryKey: keys.dataset(id), queryFn: ({ signal }) => call(routes.getDataset, { params: { id }, signal }) }),
  versions: (call: Call, id: string) => queryOptions({ queryKey: keys.versions(id), queryFn: ({ signal }) => call(routes.listVersions, { params: { id }, query: { limit: 1_000 }, signal }) }),
  ancestry: (call: Call, ref: string) => queryOptions({ queryKey: keys.ancestry(ref), queryFn: ({ signal }) => call(routes.ancestry, { params: { ref }, signal }) }),
  files: (call: Call, ref: string, find: string) =>
    infiniteQueryOptions({
      queryKey: keys.files(ref, find),
      queryFn: ({ signal, pageParam }) => call(routes.listFiles, { params: { ref }, query: { find, after: pageParam, limit: 500 }, signal }),
      initialPageParam: '',
      getNextPageParam: ({ next }) => next,
      placeholderData: keepPreviousData,
      ...forEver,
    }),
  /** What stands in one folder: at least `most` rows of it, where it has so many. */
  folder: (call: Call, ref: string, under: string, most: number) =>
    queryOptions({
      queryKey: keys.folder(ref, under, most),
      queryFn: async ({ signal }) => {
        const items: TreeRow[] = [];
        for (let after = ''; ; ) {
          const page = await call(routes.listFolder, { params: { ref }, query: { under, after, limit: Math.min(most, 5_000) }, signal });
          items.push(...page.items);
          if (page.next === null || items.length >= most) return { items, next: page.next };
          after = page.next;
        }
      },
      placeholderData: keepPreviousData,
      ...forEver,
    }),
  differences: (call: Call, ref: string, from: number) =>
    infiniteQueryOptions({
      queryKey: keys.differences(ref, from),
      queryFn: ({ signal, pageParam }) => call(routes.compareVersions, { params: { ref }, query: { from, after: pageParam, limit: 5_000 }, signal }),
      initialPageParam: '',
      getNextPageParam: ({ next }) => next,
      ...forEver,
    }),
  /** The first 64 KiB of a file as text; not cut in the middle of a character where it is UTF-8. */
  preview: (call: Call, ref: string, path: string) =>
    queryOptions({
      queryKey: keys.preview(ref, path),
      queryFn: async ({ signal }) => new Uint8Array(await firstBytes(await call(routes.readFile, { params: { ref }, query: { path }, signal }))),
      ...forEver,
    }),
  entries: (call: Call, dataset: string | undefined) =>
    infiniteQueryOptions({
      queryKey: keys.entries(dataset ?? null),
      queryFn: ({ signal, pageParam }) => call(routes.listEntries, { query: { ...(pageParam === null ? {} : { before: Number(pageParam) }), ...(dataset === undefined ? {} : { dataset }), limit: 100 }, signal }),
      initialPageParam: null as string | null,
      getNextPageParam: ({ next }) => next,
    }),
  entry: (call: Call, seq: number) => queryOptions({ queryKey: keys.entry(seq), queryFn: ({ signal }) => call(routes.getEntry, { params: { seq }, signal }) }),
};

/** Most bytes of a file that a page reads to show its beginning. */
export const PREVIEW_BYTES = 65_536;

/** Reads the beginning of an answer and lets the rest go. */
async function firstBytes(response: Response): Promise<ArrayBuffer> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  while (reader !== undefined && size < PREVIEW_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    size += value.byteLength;
  }
  await reader?.cancel().catch(() => undefined);
  return new Blob(pieces as Uint8Array<ArrayBuffer>[]).slice(0, PREVIEW_BYTES).arrayBuffer();
}
