import type { FindingSink } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { Pool } from '../workers/pool.ts';
import type { BagitCode } from './codes.ts';
import { checkCompleteness } from './completeness.ts';
import { readDeclaration } from './declaration.ts';
import { readFetch } from './fetch.ts';
import { openFolderBag } from './folder.ts';
import { checkChecksums } from './hashing.ts';
import { checkElements, checkOxum, readInfo } from './info.ts';
import type { BagReading } from './manifest.ts';
import { readManifests } from './manifest.ts';
import { checkNames } from './names.ts';
import { isPackageBag } from './package-marks.ts';
import type { BagSource } from './source.ts';
import { openTarBag } from './tar.ts';
import { openTarGzBag } from './tar-gz.ts';
import { openZipBag } from './zip.ts';

export { bagitCodes } from './codes.ts';
export type { BagitCode } from './codes.ts';

export interface BagCheck {
  /** Absolute path of the folder or archive, `/` between parts. */
  readonly path: string;
  readonly container: 'folder' | 'zip' | 'tar' | 'tar.gz';
  /** Made with `new Findings(bagitCodes)`. Paths in findings are relative to the bag's folder. */
  readonly findings: FindingSink<BagitCode>;
  readonly meter: Meter;
  readonly pool: Pool;
}

export interface BagChecked {
  /** Payload files that are in the bag. */
  readonly files: number;
  /** Their bytes. */
  readonly bytes: number;
  /** As bagit.txt declares it; null where it does not. */
  readonly version: string | null;
  /** Of the manifests that were checked, as BagIt calls them. */
  readonly algorithms: readonly string[];
}

/** Checks a bag of BagIt 0.93 to 1.0 by the rules of its own version: RFC 8493. Nothing is written, unpacked to a disk or downloaded. */
export async function checkBag(check: BagCheck): Promise<BagChecked> {
  check.meter.phase('Reading the bag');
  const source = await open(check);
  if (source === null) return { files: 0, bytes: 0, version: null, algorithms: [] };
  try {
    return await checkSource(source, check);
  } finally {
    source.close();
  }
}

function open({ path, container, findings, meter, pool }: BagCheck): Promise<BagSource | null> {
  switch (container) {
    case 'folder':
      return openFolderBag(path, findings, meter, pool);
    case 'zip':
      return openZipBag(path, findings, meter, pool);
    case 'tar':
      return openTarBag(path, findings, meter, pool);
    case 'tar.gz':
      return openTarGzBag(path, findings, meter);
  }
}

async function checkSource(source: BagSource, { container, findings, meter }: BagCheck): Promise<BagChecked> {
  const payload = payloadOf(source);
  await checkNamesOf(source, findings, meter);
  const declaration = await readDeclaration(source, findings);
  const reading: BagReading = { source, declaration, findings, meter };
  meter.phase('Reading manifests');
  const manifests = await readManifests(reading);
  const fetched = await readFetch(reading, manifests);
  const elements = await readInfo(reading);
  checkElements(reading, elements);
  checkOxum(reading, elements, await checkCompleteness(reading, manifests, fetched));
  if (container.startsWith('tar') && isPackageBag(source.files, elements)) {
    findings.add('BAGIT_PACKAGE_UNJUDGED', '', 'This is a package of this program in a tar file. Its signature and provenance were not checked: unpack it and check the folder.');
  }
  meter.phase('Reading and hashing files');
  await checkChecksums(reading, manifests);
  const algorithms = new Set(manifests.map(({ algorithm }) => algorithm?.name).filter((name) => name !== undefined));
  return { ...payload, version: declaration.declared, algorithms: [...algorithms].sort() };
}

/** Before anything else is added to the table. */
function checkNamesOf(source: BagSource, findings: FindingSink<BagitCode>, meter: Meter): Promise<void> {
  return checkNames({ source, findings, meter });
}

function payloadOf({ files }: BagSource): { readonly files: number; readonly bytes: number } {
  let bytes = 0;
  let count = 0;
  for (const [file] of files.entries()) {
    if (!files.isPayload(file)) continue;
    bytes += files.size(file);
    count += 1;
  }
  return { files: count, bytes };
}
