import { csvRecord } from './csv.ts';
import type { PlannedVersion } from './plan.ts';

/** provenance/events.csv: what happened to the dataset up to the commit. docs/formats/export.md section 5.2. */

/** Ledger operation → term of the vocabulary of event types of the Library of Congress (id.loc.gov/vocabulary/preservation/eventType), which PREMIS 3 names. */
const premisEvents: Readonly<Record<string, string>> = {
  'dataset.created': 'creation',
  'dataset.described': 'metadata modification',
  'alias.added': 'metadata modification',
  'tag.added': 'metadata modification',
  'tag.removed': 'metadata modification',
  'version.committed': 'ingestion',
  'version.withdrawn': 'deaccession',
  'version.voided': 'recovery',
  'version.exported': 'dissemination',
  'body.destroyed': 'deletion',
};

export function eventsCsv({ events }: PlannedVersion): string {
  const records = events.map(({ seq, at, op, actor, subject = '', detail = '' }) => {
    const event = op === 'version.committed' && detail !== '' ? 'modification' : (premisEvents[op] ?? '');
    return [String(seq), at, op, actor, event, subject, detail];
  });
  return [['seq', 'at', 'op', 'actor', 'event', 'subject', 'detail'], ...records].map(csvRecord).join('');
}
