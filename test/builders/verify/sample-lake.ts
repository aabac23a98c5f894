import { join } from 'node:path';
import { HandLake } from './hand-lake.ts';

/** A lake with one of everything that the format has: two datasets, changes of every kind, an alias, a description, a destroyed body left out. */
export function sampleLake(folder: string): HandLake {
  const lake = new HandLake(join(folder, 'Lake'));
  lake.entry('dataset.created', 'dataset:WF-2024-07', { root: 'store', tags: ['raw'] });
  lake.commit('WF-2024-07', { 'sensorA.csv': 'time,value\r\n1,2\r\n', 'sub/big.bin': pattern(1_048_576), 'notes ä?.txt': 'a note' });
  lake.commit('WF-2024-07', { 'sensorA.csv': 'time,value\r\n1,3\r\n' }, { rename: { 'sub/renamed.bin': 'sub/big.bin' }, remove: ['notes ä?.txt'], tags: ['clean'] });
  lake.entry('alias.added', 'dataset:WF-2024-07', { alias: 'wildfires' });
  lake.entry('dataset.described', 'dataset:WF-2024-07', { description: { title: 'Wildfire sensors' } });
  lake.commit('AIR.1', { 'air.csv': 'x' });
  lake.commit('WF-2024-07', { 'back.txt': 'a note', 'extra.csv': 'new' });
  lake.checkpoint();
  return lake;
}

/** Bytes that differ from place to place and are the same every time. */
export function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) * 17 + (i >> 16)) & 0xff;
  return bytes;
}
