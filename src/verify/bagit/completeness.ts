import type { Marks } from '../workers/compact.ts';
import type { PayloadSum } from './info.ts';
import type { BagReading, Manifest } from './manifest.ts';

/** What lists a file. */
interface Listing {
  readonly payload: readonly Manifest[];
  readonly tags: readonly Manifest[];
}

/** RFC 8493 section 3: every listed file is there, and every payload file is listed. Answers what the payload is; its sum is null where files are still to be fetched. */
export async function checkCompleteness(reading: BagReading, manifests: readonly Manifest[], fetched: Marks): Promise<PayloadSum | null> {
  const { source, findings, meter } = reading;
  const listing: Listing = { payload: manifests.filter(({ isTag }) => !isTag), tags: manifests.filter(({ isTag }) => isTag) };
  reportStructure(reading, listing);
  let bytes = 0;
  let files = 0;
  let isHoley = false;
  for (const [file, path] of source.files.entries()) {
    await meter.breathe();
    const by = { payload: listing.payload.filter(({ listed }) => listed.get(file) !== 0), tags: listing.tags.filter(({ listed }) => listed.get(file) !== 0) };
    if (!source.files.isThere(file)) {
      if (fetched.get(file) !== 0 && by.payload.length > 0) {
        isHoley = true;
        findings.add('BAGIT_FILE_NOT_FETCHED', path, 'This file is not in the bag; fetch.txt says from where it can be fetched.');
      } else {
        findings.add('BAGIT_FILE_MISSING', path, `${[...by.payload, ...by.tags].map(({ name }) => name).join(', ')} lists this file, and it is missing.`);
      }
      reportSomeManifests(reading, listing, by, path);
      continue;
    }
    if (source.files.isPayload(file)) {
      bytes += source.files.size(file);
      files += 1;
      reportPayloadFile(reading, listing, by, path);
    } else reportTagFile(reading, listing, by, path);
  }
  return isHoley ? null : { bytes, files };
}

function reportStructure({ source, findings, declaration }: BagReading, { payload, tags }: Listing): void {
  if (!source.files.hasFolder('data')) findings.add('BAGIT_DATA_MISSING', 'data', 'The folder data/ is missing.');
  if (payload.length === 0) findings.add('BAGIT_MANIFEST_MISSING', '', 'The bag has no payload manifest (manifest-sha256.txt or the like).');
  if (!declaration.rules.isStrict) return;
  for (const tag of tags) {
    for (const { file, name } of payload) {
      if (tag.listed.get(file) === 0) findings.add('BAGIT_TAG_MANIFEST_INCOMPLETE', tag.name, `${tag.name} does not list ${name}.`);
    }
  }
}

function reportPayloadFile(reading: BagReading, listing: Listing, by: Listing, path: string): void {
  const { findings } = reading;
  if (by.payload.length === 0) {
    findings.add('BAGIT_FILE_UNLISTED', path, by.tags.length > 0 ? 'Only a tag manifest lists this payload file.' : 'No manifest lists this file.');
    return;
  }
  if (by.payload.every(({ algorithm }) => algorithm === null)) findings.add('BAGIT_FILE_UNCHECKED', path, 'No manifest gives this file a checksum that can be computed here.');
  reportSomeManifests(reading, listing, by, path);
}

/** Before 1.0 a payload file had to be in one manifest only. */
function reportSomeManifests({ findings, declaration }: BagReading, listing: Listing, by: Listing, path: string): void {
  if (!declaration.rules.isStrict || by.payload.length === 0) return;
  for (const manifest of listing.payload) {
    if (!by.payload.includes(manifest)) findings.add('BAGIT_NOT_IN_EVERY_MANIFEST', path, `${manifest.name} does not list this file, and another manifest does.`);
  }
}

function reportTagFile({ findings }: BagReading, { tags }: Listing, by: Listing, path: string): void {
  const isTagManifest = tags.some(({ name }) => name === path);
  if (tags.length > 0 && by.tags.length === 0 && by.payload.length === 0 && !isTagManifest) findings.add('BAGIT_TAG_FILE_UNLISTED', path, 'No tag manifest lists this file.');
}
