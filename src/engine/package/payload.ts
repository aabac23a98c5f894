import { createHash } from 'node:crypto';
import type { OnProgress } from '../../contract/index.ts';
import { manifestLine, payloadFiles } from './listing.ts';
import type { Measure, PayloadFile } from './listing.ts';
import type { PackagePlan } from './plan.ts';
import { readAhead, readChunks, readNow } from './stored-file.ts';
import type { PackageWriter } from './types.ts';
import { stopIfAsked } from './words.ts';

interface PayloadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** data/, each file checked while it is read; the list that was written before must be the list of what is written now. */
export async function writePayload(writer: PackageWriter, plan: PackagePlan, manifest: Measure, { signal, onProgress }: PayloadOptions): Promise<void> {
  const progress = { phase: 'Reading, checking and packing', filesDone: 0, filesTotal: plan.counts.files, bytesDone: 0, bytesTotal: plan.counts.octets };
  const listed = createHash('sha256');
  if (plan.counts.files === 0) await writer.addFolder('data');
  onProgress({ ...progress });
  const files = allFiles(plan, signal);
  for await (const { item, whole } of plan.input.near === true ? readNow(files) : readAhead(files)) {
    stopIfAsked(signal);
    listed.update(manifestLine(item.sha256, item.name));
    if (whole !== null) {
      await writer.add(item.name, whole);
      progress.bytesDone += whole.length;
    } else {
      await writer.addStream(item.name, { size: item.size, crc: null }, watched(readChunks(item, signal)));
    }
    progress.filesDone++;
    onProgress({ ...progress });
  }
  if (listed.digest('hex') !== manifest.sha256) throw new Error(`The files of ${plan.top} changed while they were packed.`);

  async function* watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      yield chunk;
      progress.bytesDone += chunk.length;
      onProgress({ ...progress });
    }
  }
}

async function* allFiles(plan: PackagePlan, signal: AbortSignal): AsyncGenerator<PayloadFile> {
  for (const version of plan.versions) yield* payloadFiles(version, signal);
}
