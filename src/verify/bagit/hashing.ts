import type { Algorithm } from './algorithms.ts';
import type { BagReading, Manifest } from './manifest.ts';

/** Computes every checksum that some manifest gives, each file read once, and holds it against them. RFC 8493 section 3. */
export async function checkChecksums(reading: BagReading, manifests: readonly Manifest[]): Promise<void> {
  const { source, findings, meter } = reading;
  const known = manifests.filter(({ algorithm }) => algorithm !== null);
  const algorithms: Algorithm[] = [];
  for (const { algorithm } of known) if (algorithm !== null && !algorithms.includes(algorithm)) algorithms.push(algorithm);
  const bit = ({ algorithm }: Manifest): number => (algorithm === null ? 0 : 1 << algorithms.indexOf(algorithm));
  const wanted = (file: number): number => known.reduce((mask, manifest) => (manifest.listed.get(file) === 0 ? mask : mask | bit(manifest)), 0);
  source.files.forgetAlike();
  meter.filesTotal = 0;
  meter.bytesTotal = 0;
  for (const [file] of source.files.entries()) {
    if (!source.files.isThere(file) || wanted(file) === 0) continue;
    meter.filesTotal += 1;
    meter.bytesTotal += source.files.size(file);
  }
  await source.hash({
    algorithms,
    wanted,
    hashed: (file, digests) => {
      const mask = wanted(file);
      const altered = known.filter((manifest) => {
        if (manifest.listed.get(file) === 0 || manifest.algorithm === null) return false;
        const start = startOf(algorithms, mask, bit(manifest));
        return !manifest.checksums.at(file).equals(digests.subarray(start, start + manifest.algorithm.bytes));
      });
      if (altered.length === 0) return;
      const others = known.filter((manifest) => manifest.listed.get(file) !== 0 && !altered.includes(manifest));
      const but = others.length > 0 ? `, but the one in ${others.map(({ name }) => name).join(', ')}` : '';
      findings.add('BAGIT_FILE_ALTERED', source.files.path(file), `The bytes of this file do not have the checksum in ${altered.map(({ name }) => name).join(', ')}${but}.`);
    },
    failed: (file, detail) => {
      findings.add('BAGIT_FILE_UNREADABLE', source.files.path(file), `This file could not be checked: ${detail}.`);
    },
  });
}

/** Where the digest of an algorithm begins among those that are wanted. */
function startOf(algorithms: readonly Algorithm[], mask: number, bit: number): number {
  return algorithms.reduce((sum, { bytes }, i) => (1 << i < bit && (mask & (1 << i)) !== 0 ? sum + bytes : sum), 0);
}
