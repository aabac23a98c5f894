import { z } from 'zod';
import { Instant, KeyId, TxnId } from './ids.ts';

/** What a workstation can be doing, as its heartbeat says; the more telling the later. */
export const doings = ['idle', 'verifying', 'exporting', 'importing', 'transforming', 'committing', 'ingesting'] as const;
export type Doing = (typeof doings)[number];

/** `stations/<station id>.json`: docs/formats/lake.md section 14. Holds no name of a person: who reads it looks that up. */
export const Heartbeat = z.object({
  v: z.literal(1),
  station: KeyId,
  /** The staging folder that it works in; null where it has none. */
  txn: TxnId.nullable(),
  /** One more at each beat. */
  counter: z.int().min(0),
  /** When it began with that, by its own clock. */
  at: Instant,
  /** One of `doings`, or a word of a newer program. */
  doing: z.string().min(1).max(32),
});
export type Heartbeat = z.infer<typeof Heartbeat>;
