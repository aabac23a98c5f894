import type { X509Certificate } from 'node:crypto';
import { certificateOf } from '../crypto.ts';
import type { Findings } from '../findings.ts';
import type { Meter } from '../meter.ts';
import type { Recognised } from '../recognise.ts';
import type { Checked, PackageAnswers } from '../report.ts';
import type { Pool } from '../workers/pool.ts';
import { checkBag } from './bag.ts';
import { openFolder } from './folder-source.ts';
import type { PackageLayout } from './layout.ts';
import { checkProvenance } from './provenance.ts';
import { answersOf, checkSignature } from './signature.ts';
import type { PackageSource } from './source.ts';
import { openZip } from './zip-source.ts';

export interface PackageCheck {
  readonly found: Recognised;
  readonly findings: Findings;
  readonly meter: Meter;
  readonly pool: Pool;
  /** Certificates that are trusted, PEM or DER; each can be read. */
  readonly trust: readonly Uint8Array[];
}

/** Checks a package: docs/formats/export.md. */
export async function checkPackage({ found, findings, meter, pool, trust }: PackageCheck): Promise<{ readonly checked: Checked; readonly answers: PackageAnswers }> {
  const trusted = trust.map((bytes) => certificateOf(bytes)).filter((certificate) => certificate !== null);
  const path = found.path.replaceAll('\\', '/');
  const source = found.container === 'zip' ? await openZip(path, findings, meter, pool) : await openFolder(path, findings, meter, pool);
  if (source === null) {
    return { checked: { files: 0, bytes: 0, entries: 0, datasets: 0, versions: 0 }, answers: answersOf(null, false, trusted, findings) };
  }
  try {
    return await checkSource(source, trusted, findings, meter);
  } finally {
    source.close();
  }
}

/** One entry for each version; their datasets by the names of the folders. */
function countsOf({ versions }: PackageLayout): Pick<Checked, 'entries' | 'datasets' | 'versions'> {
  const datasets = new Set(versions.map(({ name }) => name?.replace(/-v\d+$/, '')));
  return { entries: versions.length, datasets: datasets.size, versions: versions.length };
}

async function checkSource(source: PackageSource, trusted: readonly X509Certificate[], findings: Findings, meter: Meter): Promise<{ checked: Checked; answers: PackageAnswers }> {
  const bag = await checkBag(source, findings, meter);
  const signature = await checkSignature(source, findings);
  const known = signature === null ? trusted : [signature.certificate, ...trusted];
  await checkProvenance(source, bag, known, findings, meter);
  const answers = answersOf(signature, findings.count('error') === 0, trusted, findings);
  const { filesDone, bytesDone } = meter;
  return { checked: { files: filesDone, bytes: bytesDone, ...countsOf(bag.layout) }, answers };
}
