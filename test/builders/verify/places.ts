import { join } from 'node:path';
import type { HandLake } from './hand-lake.ts';
import { seqFolder } from './hand-lake.ts';

/** Where things of a lake made by hand lie. */

export const entryPath = (seq: number, name = 'entry.json'): string => `ledger/entries/${seqFolder(seq)}/${name}`;
export const at = (lake: HandLake, path: string): string => join(lake.root, path);
/** Folder of a dataset's object, relative to the lake; empty where there is none. */
export const folderOf = (lake: HandLake, id: string): string => lake.objects.get(id)?.folder ?? '';
