import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { LogicalPath, Sha256 } from '../../contract/index.ts';
import { codeOf, noteSilence, type DraftIntake, type Durable, type WriteHandle } from '../lake/index.ts';
import { contentFile } from './names.ts';
import type { StreamSource } from './types.ts';

export type StreamTaken =
  | { readonly kind: 'copied'; readonly content: string; readonly target: string; readonly sha256: Sha256; readonly size: number }
  | { readonly kind: 'unreadable'; readonly error: unknown }
  | { readonly kind: 'stopped' };

/**
 * Copies a stream into the draft's content folder and hashes it as it is written; flushed on a share, elsewhere not yet. Where it does not end well nothing of
 * it stays. An error of the stream is an answer; an error of the lake's disk is thrown.
 */
export async function copyStream(source: StreamSource, draft: DraftIntake, durable: Durable, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<StreamTaken> {
  const { content, target, handle } = await createNew(source.as, draft, durable);
  const iterator = source.stream[Symbol.asyncIterator]();
  const hash = createHash('sha256');
  let size = 0;
  let result: StreamTaken | null = null;
  try {
    while (result === null) {
      const step = await nextPiece(iterator, signal);
      if (step === 'stopped') result = { kind: 'stopped' };
      else if ('failed' in step) result = { kind: 'unreadable', error: step.failed };
      else if (step.done === true) {
        // To open it again for its flush would be round trips.
        if (durable.place.kind === 'share') await noteSilence(durable.place, durable.clock, () => handle.sync());
        result = { kind: 'copied', content, target, sha256: hash.digest('hex') as Sha256, size };
      }
      else {
        await handle.write(step.value);
        hash.update(step.value);
        size += step.value.length;
        onBytes(step.value.length);
      }
    }
  } finally {
    await handle.close();
    if (result?.kind !== 'copied') await durable.removeFile(target);
  }
  return result;
}

async function createNew(path: LogicalPath, draft: DraftIntake, durable: Durable): Promise<{ content: string; target: string; handle: WriteHandle }> {
  for (;;) {
    const content = draft.assign(path);
    const target = contentFile(draft.contentFolder, content);
    // Where a share went away its empty place must not be filled: the share could not come back to it.
    await durable.makeFolder(dirname(target), draft.contentFolder);
    try {
      return { content, target, handle: await durable.disk.create(target, 'exclusive') };
    } catch (error) {
      // Another process of this draft has the name; the next one is another.
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** The next piece, or `stopped` as soon as someone asks: a terminal or a pipe may not deliver anything for hours. */
function nextPiece(iterator: AsyncIterator<Uint8Array>, signal: AbortSignal): Promise<IteratorResult<Uint8Array> | { failed: unknown } | 'stopped'> {
  return new Promise((resolve) => {
    const stop = (): void => {
      resolve('stopped');
      iterator.return?.().catch(() => 'nobody waits for it');
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    iterator
      .next()
      .then(resolve, (failed: unknown) => resolve({ failed }))
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
