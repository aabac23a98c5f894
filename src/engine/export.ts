import { basename } from 'node:path';
import { HmsError, instantOf, versionName } from '../contract/index.ts';
import type { OnProgress, Ref } from '../contract/index.ts';
import type { VersionDetail } from './catalog/index.ts';
import { versionContent } from './export-content.ts';
import { openPlace } from './export-place.ts';
import type { ExportPlace } from './export-place.ts';
import { chooseFiles } from './export-selection.ts';
import type { Chosen } from './export-selection.ts';
import type { OfficerSigner, Signer } from './keys/index.ts';
import { inWords } from './lake/index.ts';
import { FolderWriter, writeFolder, writeZip } from './package/index.ts';
import type { PackageInput, PackageResult, PackageSigner, SignerKind } from './package/index.ts';
import type { ReadableLake } from './open.ts';
import { PROGRAM } from './station.ts';

export interface ExportOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** One file, or a folder. Default `zip`. */
  readonly form?: 'zip' | 'dir';
  /** Replace a package that stands there. */
  readonly replace?: boolean;
  /** Take only files whose logical names match one of these; each must match something. */
  readonly patterns?: readonly string[];
  /** Who signs; the station where it is left out. */
  readonly officer?: OfficerSigner;
}

export interface Exported extends PackageResult {
  readonly signedBy: { readonly kind: SignerKind; readonly name: string };
  /** The ledger tells of it. */
  readonly recorded: boolean;
  /** The ledger carries the officer's own signature on the act. */
  readonly actSigned: boolean;
  /** Unfinished packages of an interrupted export that were removed. */
  readonly removed: readonly string[];
}

/** One version as one package. As `exportVersions`. */
export function exportVersion(lake: ReadableLake, version: VersionDetail, target: string, options: ExportOptions): Promise<Exported> {
  return exportVersions(lake, [version], target, options);
}

/**
 * Writes versions as one signed package (docs/formats/export.md) and records that in the ledger, an entry for each version. The package grows under a hidden name beside its place and
 * appears at once when all of it is durable and the ledger entries are made: an export that is recorded and not there can be repeated, one that is
 * there and not recorded would be a gap in what the office can testify to. From a lake that this station may only read, a package is made all the
 * same, and not recorded. A version that is named twice is packed once.
 */
export async function exportVersions(lake: ReadableLake, versions: readonly VersionDetail[], target: string, options: ExportOptions): Promise<Exported> {
  const once = [...new Map(versions.map((version) => [versionName(version.dataset, version.version), version])).values()];
  if (once.length === 0) throw new HmsError('USAGE', 'No version is named.', { kept: 'Nothing was exported.' });
  const station = stationOf(lake);
  const { officer } = options;
  if (officer !== undefined) refuseRevoked(lake, officer);
  const place = await openPlace(lake, target, { form: options.form ?? 'zip', replace: options.replace === true });
  const ends = lake.presence.works('exporting');
  try {
    const { patterns } = options;
    const chosen = patterns === undefined ? null : await chooseFiles(lake, once, patterns, options.signal);
    const input = await packageInput(lake, station, once, chosen, options);
    const result = await inWords(`Writing ${place.target}`, 'No package was made; the lake is as it was.', () => writePart(place, input, options));
    const actSigned = await recordExport(lake, station, once, basename(place.target), input, result, options);
    await inWords(`Putting ${place.target} in place`, 'The export is recorded in the ledger, the package is not there. Export it again.', () => place.publish());
    const { kind, name } = input.signer;
    return { ...result, signedBy: { kind, name }, recorded: lake.readOnly === null, actSigned, removed: place.removed };
  } catch (error) {
    await place.giveUp();
    throw error;
  } finally {
    ends();
    place.release();
  }
}

async function packageInput(lake: ReadableLake, station: Signer, versions: readonly VersionDetail[], chosen: readonly Chosen[] | null, options: ExportOptions): Promise<PackageInput> {
  const contents = [];
  for (const [i, version] of versions.entries()) contents.push(await versionContent(lake, station, version, chosen?.[i] ?? null));
  return {
    versions: contents,
    signer: packageSigner(station, options.officer),
    now: instantOf(lake.clock.now()),
    program: PROGRAM,
    near: lake.durable.place.kind === 'journaled',
    ...(options.patterns === undefined ? {} : { patterns: options.patterns }),
  };
}

function packageSigner(station: Signer, officer: OfficerSigner | undefined): PackageSigner {
  const { name, certificate, sign } = officer ?? station;
  const chain = officer?.chain ?? [];
  return { kind: officer === undefined ? 'station' : 'officer', name, certificateDer: certificate, chain, sign: (bytes) => Promise.resolve(sign(bytes)) };
}

async function writePart(place: ExportPlace, input: PackageInput, { signal, onProgress, form }: ExportOptions): Promise<PackageResult> {
  if (form === 'dir') return writeFolder(input, new FolderWriter(place.part, place.durable), { signal, onProgress });
  const handle = await place.durable.disk.create(place.part, 'exclusive');
  try {
    const result = await writeZip(input, handle, { signal, onProgress });
    await handle.sync();
    return result;
  } finally {
    await handle.close();
  }
}

/** One entry for each version. Answers whether the officer's signature on the act is in the ledger. */
async function recordExport(
  lake: ReadableLake,
  station: Signer,
  versions: readonly VersionDetail[],
  name: string,
  input: PackageInput,
  result: PackageResult,
  { officer, form = 'zip' }: ExportOptions,
): Promise<boolean> {
  if (lake.readOnly !== null) return false;
  const acts = officer !== undefined && lake.catalog.view.key(officer.id)?.role === 'officer';
  for (const version of versions) {
    const ref = `version:${versionName(version.dataset, version.version)}`;
    const content = input.versions.find((item) => item.dataset === version.dataset && item.version === version.version);
    const outputs: Ref[] = [{ ref: 'package', sha256: result.tagmanifest }];
    await lake.ledger.act(station, {
      op: 'version.exported',
      subject: ref,
      head: {
        name,
        bytes: result.bytes,
        payload: content?.counts ?? result.payload,
        signer: input.signer.name,
        form,
        ...(versions.length === 1 ? {} : { versions: versions.length }),
        ...(input.patterns === undefined ? {} : { selection: { patterns: [...input.patterns], of: version.files ?? 0 } }),
      },
      inputs: [{ ref, sha256: version.hash }],
      outputs,
      ...(acts ? { officer } : {}),
    });
  }
  return acts;
}

function refuseRevoked(lake: ReadableLake, officer: OfficerSigner): void {
  const key = lake.catalog.view.key(officer.id);
  if (key === null || (key.role === 'officer' && !key.revoked)) return;
  const why = key.revoked ? 'was revoked in this lake' : `is enrolled in this lake as the key of a ${key.role}`;
  throw new HmsError('KEY_REFUSED', `The key ${officer.id.slice(0, 16)} of ${officer.name} ${why}, so it may not sign what comes from here.`, { kept: 'Nothing was exported.', next: 'Make or import another key, and enroll it: hms dta key enroll' });
}

function stationOf(lake: ReadableLake): Signer {
  if (lake.station !== null) return lake.station;
  throw lake.readOnly ?? new Error('A lake that can be written has a station key.');
}
