import type { BodyHead } from '../contract/index.ts';
import { parseEntry, parseSubject } from '../core/index.ts';
import type { LogEntry } from './catalog/index.ts';
import { leafAt, readBody } from './lake/index.ts';
import type { ReadableLake } from './open.ts';

/**
 * What an entry's body says in a person's words; null where there is none, or it is not there any more. The catalog has the messages of versions; the few other words are
 * read from the bodies, and are left out where these cannot be read now (`isAway`). `own`: number of the lake's own log.
 */
export async function wordsOf(lake: ReadableLake, entry: LogEntry, own: number, isAway = false): Promise<string | null> {
  if (!entry.effect || entry.body === null || entry.destroyed !== null) return null;
  const subject = entry.subject === null ? null : parseSubject(entry.subject);
  if (entry.op === 'version.committed' && subject?.kind === 'version') {
    const version = lake.catalog.version(subject.id, subject.version);
    return version?.message ?? null;
  }
  if (entry.op === 'raw.received' && subject?.kind === 'raw') {
    const drop = lake.catalog.dropById(subject.uuid);
    const name = drop?.name ?? null;
    return drop === null || name === null ? null : `${name}, for program ${drop.program}`;
  }
  // The ledger of before a fork lies elsewhere.
  if (entry.log !== own || isAway) return null;
  const leaf = await leafAt(lake.paths.entry(entry.seq), lake.durable.place, lake.clock);
  const parsed = leaf.is === 'leaf' ? parseEntry(leaf.bytes) : null;
  if (parsed?.ok !== true) return null;
  const body = await readBody(lake.paths.entry(entry.seq), parsed.entry);
  return body.is === 'kept' ? headWords(body.head) : null;
}

function headWords(head: BodyHead): string | null {
  switch (head.op) {
    case 'tag.added':
    case 'tag.removed':
      return head.tag;
    case 'alias.added':
      return head.alias;
    case 'contract.published':
      return head.major ? `version ${head.version}, which breaks with the one before` : `version ${head.version}`;
    case 'dataset.created':
      return head.tags.length === 0 ? null : `tags for the first version: ${head.tags.join(', ')}`;
    case 'dataset.described':
      return Object.keys(head.description).join(', ');
    case 'key.enrolled':
      return head.name;
    case 'version.exported':
      return head.name;
    case 'body.destroyed':
      return `${head.authority}: ${head.reason}`;
    case 'lake.recovered':
      return head.done.map(({ ref }) => ref).join(', ');
    case 'raw.repeated':
      return head.assigned === true ? `${head.name} is for the contract ${head.contract ?? 'that is not named'}` : `${head.name}, for program ${head.program}`;
    case 'lake.created':
    case 'raw.received':
    case 'cube.defined':
      return null;
    case 'version.committed':
    case 'table.committed':
    case 'cube.refreshed':
      return head.message;
    case 'secret.made':
    case 'key.rotated':
    case 'key.revoked':
    case 'lake.forked':
    case 'clock.accepted':
    case 'version.withdrawn':
    case 'version.voided':
      return head.reason;
  }
}
