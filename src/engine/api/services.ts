import type { OnProgress } from '../../contract/index.ts';
import type { VerifyReport } from '../../contract/api/index.ts';
import type { Clock } from '../clock.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Signer } from '../keys/index.ts';
import type { Durable } from '../lake/index.ts';
import type { QueryProcesses } from '../query/index.ts';
import type { SampleStory } from '../sample-lake.ts';
import type { Doc } from './handler.ts';
import type { DraftBook } from './draft-book.ts';
import type { EventLog } from './event-log.ts';
import type { KnownLakes } from './known-lakes.ts';
import type { LakeDesk } from './lake-desk.ts';
import type { NormalDesk } from './normal-desk.ts';
import type { RawDesk } from './raw-desk.ts';
import type { QuestionDesk } from './question-desk.ts';

/** The independent checker, handed in: the engine does not judge with the code that others judge it with. */
export type Verify = (path: string, options: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress; readonly trust?: readonly Uint8Array[]; readonly seen?: Uint8Array }) => Promise<Verified>;
export type Verified = Doc<Omit<VerifyReport, 'subject' | 'findingCount' | 'checked' | 'answers'>> & {
  readonly checked: Omit<VerifyReport['checked'], 'objects'> & { readonly objects?: number };
  readonly answers?: Doc<NonNullable<VerifyReport['answers']>>;
};

/** What the handlers of the door work with. */
export interface Services {
  readonly version: string;
  readonly profile: string;
  readonly home: string | null;
  readonly localPaths: boolean;
  readonly clock: Clock;
  readonly account: string;
  readonly station: Signer | null;
  readonly profileDurable: Durable;
  readonly desk: LakeDesk;
  readonly known: KnownLakes;
  readonly jobs: Jobs;
  /** For jobs. */
  readonly processes: QueryProcesses;
  /** For questions. */
  readonly asking: QueryProcesses;
  readonly questions: QuestionDesk;
  readonly events: EventLog;
  readonly drafts: DraftBook;
  readonly raw: RawDesk;
  readonly normal: NormalDesk;
  readonly verify: Verify;
  readonly sample: SampleStory;
  readonly log: (words: string, error?: unknown) => void;
}
