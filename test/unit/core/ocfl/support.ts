import { createHash } from 'node:crypto';
import type { Sha256Fn } from '../../../../src/core/bytes.ts';
import type { InventoryEvents, JsonHandler } from '../../../../src/core/ocfl/index.ts';

export const sha256: Sha256Fn = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** The digest of a text, as a stand-in for a file with that content. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Cuts at the given offsets, in any order. */
export function cut(whole: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const places = [...new Set(offsets.map((at) => Math.min(at, whole.length)))].sort((a, b) => a - b);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const at of [...places, whole.length]) {
    parts.push(whole.slice(from, at));
    from = at;
  }
  return parts;
}

export type Token = readonly [string, ...(string | boolean | null)[]];

export class TokenList implements JsonHandler {
  readonly tokens: Token[] = [];
  objectStart(): void {
    this.tokens.push(['{']);
  }
  objectEnd(): void {
    this.tokens.push(['}']);
  }
  arrayStart(): void {
    this.tokens.push(['[']);
  }
  arrayEnd(): void {
    this.tokens.push([']']);
  }
  key(text: string): void {
    this.tokens.push(['key', text]);
  }
  string(text: string): void {
    this.tokens.push(['string', text]);
  }
  number(text: string): void {
    this.tokens.push(['number', text]);
  }
  literal(value: boolean | null): void {
    this.tokens.push(['literal', value]);
  }
}

export function eventList(): { readonly events: string[]; readonly listener: InventoryEvents } {
  const events: string[] = [];
  const note =
    (name: string) =>
    (...values: string[]): void => {
      events.push([name, ...values].join(' '));
    };
  return {
    events,
    listener: {
      field: note('field'),
      contentDigest: note('contentDigest'),
      content: note('content'),
      version: note('version'),
      versionField: note('versionField'),
      stateDigest: note('stateDigest'),
      state: note('state'),
      fixity: note('fixity'),
    },
  };
}

export async function* asStream(parts: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* parts;
}

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for await (const chunk of chunks) text += decoder.decode(chunk);
  return text;
}
