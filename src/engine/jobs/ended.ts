import { DoorError, problemType, statusOf, titleOf } from '../../contract/api/index.ts';
import type { Job, Problem } from '../../contract/api/index.ts';

/** What a job says of itself that did not reach its end. */

/** Work that the end of the program cut off, as the next run shows it. */
export function cutOff(job: Job, canResume: boolean): Problem {
  const keeps = job.kind === 'intake' || job.kind === 'import' || job.kind === 'commit';
  return problem(
    'ENGINE_LOST',
    'The program ended while this was at work.',
    keeps ? `What was staged until then is kept in the draft${job.subject === null ? '' : ` of ${job.subject}`}.` : 'The lake is whole; nothing that was committed is lost.',
    canResume ? 'Resume it: files that are staged are not copied again.' : job.kind === 'intake' ? 'Choose the same files again: those that are staged are not sent again.' : 'Start it again.',
  );
}

/** What a cancelled job kept. */
export function cancelled(kept: string): Problem {
  return problem('CANCELLED', 'It was cancelled.', kept, null);
}

export function refused(detail: string, next: string | null = null): DoorError {
  return new DoorError('JOB_REFUSED', detail, { kept: 'Nothing was changed.', next });
}

function problem(code: 'ENGINE_LOST' | 'CANCELLED', detail: string, kept: string | null, next: string | null): Problem {
  return { type: problemType(code), title: titleOf(code), status: statusOf(code), detail, code, kept, next, facts: {}, instance: null };
}
