import { DigestList } from '../workers/compact.ts';
import type { PackageSource } from './source.ts';

/** A BagIt manifest as its file says it: paths in order, with their digests. */
export interface BagManifest {
  readonly paths: readonly string[];
  readonly digests: Uint8Array;
  /** Path → its place. */
  readonly places: ReadonlyMap<string, number>;
  /** Why it is not a manifest that the format allows, as a sentence; null where it is. */
  readonly fault: string | null;
}

const line = /^([0-9a-f]{64}) {2}(.+)$/s;
const MAX_LINE = 65_536;

/** Reads `manifest-sha256.txt` or `tagmanifest-sha256.txt`: docs/formats/export.md section 1. */
export async function readManifest(source: PackageSource, path: string): Promise<BagManifest> {
  const paths: string[] = [];
  const digests = new DigestList();
  const places = new Map<string, number>();
  let fault: string | null = null;
  let rest = '';
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const take = (text: string): void => {
    const found = line.exec(text);
    const name = found?.[2] ?? '';
    if (found === null || !isPlainName(name)) fault ??= `Line ${String(paths.length + 1)} of ${path} is not written as it should be.`;
    else if (places.has(name)) fault ??= `${path} lists "${name}" twice.`;
    else {
      places.set(name, digests.push(found[1] ?? ''));
      paths.push(name);
    }
  };
  try {
    for await (const piece of source.pieces(path)) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) take(text);
      if (rest.length > MAX_LINE) break;
    }
    if (decoder.decode() !== '' || rest !== '') fault ??= `The last line of ${path} is not complete.`;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    fault ??= `${path} is not UTF-8 text.`;
  }
  return { paths, digests: digests.toBytes(), places, fault };
}

/** A path that every program reads alike: RFC 8493 percent-decodes, `sha256sum` has escapes of its own, and neither meets anything here. */
function isPlainName(name: string): boolean {
  return !/[%\\\r\n\0]/.test(name) && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
