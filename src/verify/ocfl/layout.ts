import { createHash } from 'node:crypto';
import { algorithmIndex, digestsOf, digestText } from './digests.ts';

/** Computes the folder of an object from its id; null for an id that the layout cannot place. */
export type Layout = (id: string) => string | null;

type Config = Readonly<Record<string, unknown>>;

/**
 * The layout of a storage root by its registered name and the parameters in its `config.json`. Null where the layout is none that this check
 * can compute, or where its parameters are not ones that the extension allows.
 */
export function layoutOf(extension: string, config: Config): Layout | null {
  try {
    const make = Object.hasOwn(layouts, extension) ? layouts[extension] : undefined;
    return make === undefined ? null : make(config);
  } catch (error) {
    if (error instanceof BadConfig) return null;
    throw error;
  }
}

const layouts: Readonly<Record<string, (config: Config) => Layout>> = {
  '0002-flat-direct-storage-layout': () => (id) => id,
  '0003-hash-and-id-n-tuple-storage-layout': (config) => hashAndId(config, (id) => id),
  '0004-hashed-n-tuple-storage-layout': (config) => {
    const { digest, tuples, used } = hashed(config);
    const short = flag(config, 'shortObjectRoot');
    return (id) => {
      const hex = digest(id);
      return [...tuples(hex), short ? hex.slice(used) : hex].join('/');
    };
  },
  '0006-flat-omit-prefix-storage-layout': (config) => omitPrefix(text(config, 'delimiter', null)),
  '0007-n-tuple-omit-prefix-storage-layout': (config) => {
    const omit = omitPrefix(text(config, 'delimiter', ':'));
    const size = whole(config, 'tupleSize', 3, 1);
    const number = whole(config, 'numberOfTuples', 3, 1);
    const padding = text(config, 'zeroPadding', 'left');
    if (padding !== 'left' && padding !== 'right') throw new BadConfig();
    const reverse = flag(config, 'reverseObjectRoot');
    return (id) => {
      const rest = omit(id);
      if (rest === null || !isAscii(id)) return null;
      const padded = padding === 'left' ? rest.padStart(size * number, '0') : rest.padEnd(size * number, '0');
      const tuples = reverse ? [...padded].reverse().join('') : padded;
      return [...Array.from({ length: number }, (_, n) => tuples.slice(n * size, (n + 1) * size)), rest].join('/');
    };
  },
  '0010-differential-n-tuple-omit-prefix-storage-layout': (config) => {
    const omit = omitPrefix(text(config, 'delimiter', ':'));
    const sizes = config.tupleSegmentSizes ?? [2, 3, 2, 4];
    if (!Array.isArray(sizes) || !sizes.every((size): size is number => Number.isInteger(size) && size > 0)) throw new BadConfig();
    const full = flag(config, 'fullIdentifierAsObjectRoot');
    const length = sizes.reduce((sum, size) => sum + size, 0);
    return (id) => {
      const rest = omit(id);
      if (rest === null || !isAscii(id) || rest.length !== length) return null;
      let at = 0;
      const tuples = sizes.map((size) => rest.slice(at, (at += size)));
      return [...tuples, ...(full ? [rest] : [])].join('/');
    };
  },
  '0012-hash-and-no-prefix-id-n-tuple-storage-layout': (config) => {
    const delimiters = config.delimiters ?? [];
    if (!Array.isArray(delimiters) || !delimiters.every((delimiter): delimiter is string => typeof delimiter === 'string')) throw new BadConfig();
    // A delimiter at the very end of the id is passed over.
    return hashAndId(config, (id) => id.slice(Math.max(0, ...delimiters.filter((delimiter) => delimiter !== '').map((delimiter) => afterLast(id.slice(0, -1), delimiter)))));
  },
};

class BadConfig extends Error {
  override readonly name = 'BadConfig';
}

function hashAndId(config: Config, rest: (id: string) => string): Layout {
  const { digest, tuples } = hashed(config);
  return (id) => {
    const kept = rest(id);
    const hex = digest(kept);
    const encoded = kept.replaceAll(/[^A-Za-z0-9_-]/gu, (character) => Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
    return [...tuples(hex), encoded.length > 100 ? `${encoded.slice(0, 100)}-${hex}` : encoded].join('/');
  };
}

/** The parameters that extensions 0003, 0004 and 0012 share. */
function hashed(config: Config): { digest: (id: string) => string; tuples: (hex: string) => string[]; used: number } {
  const algorithm = text(config, 'digestAlgorithm', 'sha256');
  const index = algorithmIndex(algorithm);
  if (index < 0 || algorithm === 'size') throw new BadConfig();
  const size = whole(config, 'tupleSize', 3, 0);
  const number = whole(config, 'numberOfTuples', 3, 0);
  const digest = (id: string): string => (algorithm === 'sha256' ? createHash('sha256').update(id).digest('hex') : digestText(index, digestsOf(1 << index, Buffer.from(id))));
  if ((size === 0) !== (number === 0) || size * number > digest('').length) throw new BadConfig();
  return { digest, tuples: (hex) => Array.from({ length: number }, (_, n) => hex.slice(n * size, (n + 1) * size)), used: size * number };
}

/** Takes off everything up to the last delimiter, whatever its case. An id that ends in it has no place. */
function omitPrefix(delimiter: string): (id: string) => string | null {
  if (delimiter === '') throw new BadConfig();
  return (id) => {
    const rest = id.slice(afterLast(id.toLowerCase(), delimiter.toLowerCase()));
    return rest === '' ? null : rest;
  };
}

function afterLast(id: string, delimiter: string): number {
  const at = id.lastIndexOf(delimiter);
  return at < 0 ? 0 : at + delimiter.length;
}

function isAscii(id: string): boolean {
  return /^[\x20-\x7f]*$/.test(id);
}

function text(config: Config, name: string, preset: string | null): string {
  const value = config[name] ?? preset;
  if (typeof value !== 'string') throw new BadConfig();
  return value;
}

function whole(config: Config, name: string, preset: number, least: number): number {
  const value = config[name] ?? preset;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > 32) throw new BadConfig();
  return value;
}

function flag(config: Config, name: string): boolean {
  const value = config[name] ?? false;
  if (typeof value !== 'boolean') throw new BadConfig();
  return value;
}
