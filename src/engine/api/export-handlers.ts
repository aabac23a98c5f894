import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { instantOf, versionName } from '../../contract/index.ts';
import { addressOf, DoorError, routes } from '../../contract/api/index.ts';
import type { Exported, exportRoutes, Job } from '../../contract/api/index.ts';
import { exportVersions } from '../export.ts';
import { versionOf } from '../files.ts';
import type { OfficerSigner } from '../keys/index.ts';
import { ifMissing } from '../lake/index.ts';
import { officersOf } from '../officers.ts';
import { bytesResponse } from './bytes.ts';
import type { HandlersOf } from './handler.ts';
import type { Links } from './links.ts';
import type { Services } from './services.ts';

/** A package that was made to be fetched is kept this long, ms. */
export const EXPORT_KEPT_MS = 24 * 60 * 60 * 1000;

interface Wanted {
  readonly refs: readonly string[];
  readonly patterns?: readonly string[] | undefined;
  readonly officer?: { readonly id: string; readonly passphrase: string } | undefined;
}

interface Target {
  readonly place: string;
  readonly form: 'zip' | 'dir';
  readonly replace: boolean;
  /** Shown to who asked; null where it is fetched. */
  readonly path: string | null;
}

/** Packages that leave the lake. */
export function exportHandlers(services: Services, links: Links): HandlersOf<typeof exportRoutes> {
  const { desk, jobs, profile, clock, profileDurable } = services;

  const signerFor = async (officer: Wanted['officer']): Promise<OfficerSigner | null> => {
    if (officer === undefined) return null;
    const store = await officersOf({ profile, clock });
    return store.open(await store.find(officer.id), officer.passphrase);
  };
  /** Looks at everything that can be refused at once, so that it is refused at once. */
  const begin = async (wanted: Wanted, targetOf: (job: () => string) => Target): Promise<{ job: Job }> => {
    const { lake, names } = await desk.needing((opened) => ({ lake: opened.lake.id, names: [...new Set(wanted.refs.map((ref) => versionOf(opened, ref)).map(({ dataset, version }) => versionName(dataset, version)))] }));
    const officer = await signerFor(wanted.officer);
    const [first = ''] = names;
    let id = '';
    const job = jobs.begin({
      kind: 'export',
      title: names.length === 1 ? `Exporting ${first}` : `Exporting ${names.length} versions`,
      lake,
      subject: names.length === 1 ? first : null,
      afterAway: () => true,
      work: async ({ signal, onProgress }) => {
        const target = targetOf(() => id);
        if (target.path === null) await profileDurable.makeFolder(dirname(target.place));
        const exported = await desk.writingIfAllowed(async (opened) => {
          const { patterns } = wanted;
          const result = await exportVersions(opened, names.map((name) => versionOf(opened, name)), target.place, { signal, onProgress, form: target.form, replace: target.replace, ...(patterns === undefined ? {} : { patterns }), ...(officer === null ? {} : { officer }) });
          const until = target.path === null ? instantOf(clock.now() + EXPORT_KEPT_MS) : null;
          const { bytes, payload, tagmanifest, signedBy, recorded, actSigned } = result;
          return { name: basename(target.place), form: target.form, path: target.path, bytes, payload, tagmanifest, refs: names, signedBy, recorded, actSigned, until } satisfies Exported;
        }, lake);
        return { kind: 'export', exported };
      },
    });
    id = job.id;
    return { job };
  };

  return {
    exportToFetch: ({ body: { name, ...wanted } }) => {
      const file = name.toLowerCase().endsWith('.zip') ? name : `${name}.zip`;
      if (!isPlainName(file)) throw new DoorError('REQUEST_INVALID', `"${name}" cannot be the name of a file: it must not hold / \\ : * ? " < > | or control characters.`, { kept: 'Nothing was exported.' });
      return begin(wanted, (job) => ({ place: join(profile, 'exports', job(), file), form: 'zip', replace: false, path: null }));
    },
    fetchExport: async ({ params: { job: id }, headers, isHead }) => {
      const { exported, place } = await fetchable(services, id);
      const size = await stat(place).then((stats) => stats.size, ifMissing(null));
      if (size === null) throw gone();
      return bytesResponse({ place, size, etag: createHash('sha256').update(`${id} ${exported.tagmanifest} ${size}`).digest('hex'), sha256: null, name: exported.name }, { headers, isHead });
    },
    exportToPath: ({ body: { target, form, replace, ...wanted } }) => begin(wanted, () => ({ place: resolve(target), form, replace, path: resolve(target) })),
    makeLink: ({ body: { path, name } }) => {
      // As it will be asked for: what an address may hide behind dots, backslashes or a # does not count.
      const { pathname, hash } = new URL(path, 'http://hms.local');
      const isBytes = hash === '' && path.startsWith(pathname) && [routes.readFile, routes.fetchExport, routes.fetchPublication, routes.queryResult].some((route) => patternOf(route.path).test(pathname));
      if (!isBytes) throw new DoorError('REQUEST_INVALID', 'A link can be made to the bytes of a file or a package, and to nothing else.');
      const { secret, until } = links.make(path, name);
      return { url: addressOf(routes.followLink, { secret }), until };
    },
    followLink: ({ params: { secret }, headers, signal, isHead }) => links.follow(secret, headers, signal, isHead),
  };
}

/** A package that is there to be fetched, and where. JOB_UNKNOWN where there is none. */
export async function fetchable({ jobs, profile }: Services, id: string): Promise<{ readonly exported: Exported; readonly place: string }> {
  const result = jobs.get(id)?.result;
  if (result?.kind !== 'export') throw gone();
  const { exported } = result;
  return { exported, place: exported.path ?? join(profile, 'exports', id, exported.name) };
}

function gone(): DoorError {
  return new DoorError('JOB_UNKNOWN', 'There is no such package to fetch; one is kept for a day.', { next: 'Export it again.' });
}

function isPlainName(name: string): boolean {
  return /^[^/\\:*?"<>|\p{Cc}]+$/u.test(name) && !/^\.+$/.test(name) && name.isWellFormed() && Buffer.byteLength(name) <= 200;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
