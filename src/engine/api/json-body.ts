import { DoorError } from '../../contract/api/index.ts';

/** The JSON body of a request, held small enough that checking it costs little. */

/** More than any route needs. */
const MOST_BYTES = 16 * 1024 * 1024;
/** What is wrong with each of some millions of values would fill the memory. */
const MOST_VALUES = 100_000;
/** What calls itself for each level must not run out of stack. */
const MOST_LEVELS = 64;

/** Throws REQUEST_UNREADABLE for another content type, for what is no JSON in UTF-8, too much of it, and text that UTF-8 cannot hold. */
export async function jsonOf(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw unreadable(type === undefined ? 'The request says no content type; this route takes application/json.' : `This route takes application/json, not ${type.slice(0, 100)}.`);
  const pieces: Uint8Array[] = [];
  let size = 0;
  if (request.body !== null) {
    for await (const piece of request.body as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (size > MOST_BYTES) throw unreadable('The request is longer than 16 MiB.');
      pieces.push(piece);
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces)));
  } catch {
    throw unreadable('The body of the request is no JSON.');
  }
  refuseTooMuch(value);
  return value;
}

function refuseTooMuch(top: unknown): void {
  let level: unknown[] = [top];
  let count = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) throw unreadable(`The body of the request is nested more than ${MOST_LEVELS} levels deep.`);
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string' && !value.isWellFormed()) throw unreadable('The body of the request has text that is no Unicode: half of a surrogate pair.');
      if (typeof value !== 'object' || value === null) continue;
      const keys = Array.isArray(value) ? [] : Object.keys(value);
      const inside: unknown[] = Array.isArray(value) ? value : Object.values(value);
      count += inside.length;
      if (count > MOST_VALUES) throw unreadable(`The body of the request holds more than ${MOST_VALUES.toLocaleString('en-US')} values.`);
      if (keys.some((key) => !key.isWellFormed())) throw unreadable('The body of the request has text that is no Unicode: half of a surrogate pair.');
      for (const item of inside) below.push(item);
    }
    level = below;
  }
}

function unreadable(message: string): DoorError {
  return new DoorError('REQUEST_UNREADABLE', message, { kept: 'Nothing was changed.', next: 'See /openapi.json for what it takes.' });
}
