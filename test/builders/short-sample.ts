import type { DatasetId, LogicalPath, Tag } from '../../src/contract/index.ts';
import { describeDataset } from '../../src/engine/datasets/index.ts';
import { commit, put } from '../../src/engine/drafting.ts';
import { initLake } from '../../src/engine/init.ts';
import type { SampleStory } from '../../src/engine/sample-lake.ts';
import { later, SAMPLE_TRIM, sampleFiles } from '../../src/engine/sample-records.ts';
import { prepareTransform } from '../../src/engine/transforming.ts';

/** Instead of the sample's year, which takes many seconds: one dataset of sensor readings in two versions. */
export const shortSample: SampleStory = async (options, { signal, onProgress }) => {
  const dataset = 'WF-2024-07' as DatasetId;
  const work = { signal, onProgress: () => undefined };
  onProgress({ phase: 'Making July 2024', filesDone: 0, filesTotal: null, bytesDone: 0, bytesTotal: 0, share: 0 });
  const made = await initLake({ ...options, sample: true });
  const { lake } = made;
  await put(lake, dataset, sampleFiles.map(({ name, content }) => ({ kind: 'stream' as const, as: name as LogicalPath, mtime: null, stream: later(content()) })), { ...work, inline: true });
  await commit(lake, dataset, { message: 'Initial sensor dump', tags: ['raw' as Tag] });
  await describeDataset(lake, dataset, { title: 'Wildfire sensors, July 2024', subject: 'Made-up readings, for looking around' });
  const trimmed = await prepareTransform(lake, `${dataset}:v1`, { name: 'csv_trim', columns: SAMPLE_TRIM }, work);
  await trimmed.commit({ message: 'Removed unused columns', tags: ['clean' as Tag] });
  return made;
};
