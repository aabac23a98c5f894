import { HmsError } from '../contract/index.ts';
import type { Question } from './asking.ts';
import { openPlace } from './export-place.ts';
import { inWords } from './lake/index.ts';
import type { ReadableLake } from './open.ts';
import type { CopyFormat } from './query/index.ts';

/** Writes a result to a new file outside of the lake, which appears when it is whole; answers its bytes. TARGET_EXISTS where something stands there. */
export async function writeResult(lake: ReadableLake, question: Question, format: CopyFormat, target: string, signal: AbortSignal): Promise<number> {
  const place = await openPlace(lake, target, { form: 'zip', replace: false }).catch((error: unknown) => {
    throw withoutReplace(error);
  });
  try {
    await place.refuseOccupied();
    return await inWords(`Writing ${place.target}`, 'Nothing was changed in the lake.', async () => {
      const { size } = await place.durable.writeNew(place.part, question.bytes(format, signal));
      await place.publish();
      return size;
    });
  } catch (error) {
    await place.giveUp();
    throw withoutReplace(error);
  } finally {
    place.release();
  }
}

/** A result is never written over a file, so nobody is told of a way to do that. */
function withoutReplace(error: unknown): unknown {
  if (!(error instanceof HmsError) || error.code !== 'TARGET_EXISTS') return error;
  return new HmsError('TARGET_EXISTS', error.message, { kept: 'It was not changed, and nothing was put there.', next: 'Give another name, or remove that file first.', facts: error.facts, cause: error });
}

const formats: Readonly<Record<string, CopyFormat>> = { csv: 'csv', json: 'json', ndjson: 'ndjson', jsonl: 'ndjson', parquet: 'parquet' };

/** The format that a file's ending asks for; USAGE where it is none. */
export function formatOf(file: string): CopyFormat {
  const format = formats[/\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? ''];
  if (format !== undefined) return format;
  throw new HmsError('USAGE', `The ending of "${file}" does not say in which format the result is to be written.`, { kept: 'Nothing was written.', next: 'Give a name that ends in .csv, .json, .ndjson or .parquet, or say --format.' });
}
