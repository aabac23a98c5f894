import { buffer } from 'node:stream/consumers';
import { fromBuffer } from 'yauzl';

export interface Unzipped {
  readonly name: string;
  readonly content: Buffer;
}

/** All entries of a zip, in the order of its directory, read by a library that had no part in writing it. */
export function unzipped(bytes: Buffer): Promise<Unzipped[]> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true, strictFileNames: true }, (error, zip) => {
      if (error !== null || zip === undefined) {
        reject(error ?? new Error('no zip'));
        return;
      }
      const entries: Unzipped[] = [];
      zip.on('error', reject);
      zip.on('end', () => resolve(entries));
      zip.on('entry', (entry) => {
        zip.openReadStream(entry, (openError, stream) => {
          if (openError !== null || stream === undefined) {
            reject(openError ?? new Error('no stream'));
            return;
          }
          buffer(stream).then((content) => {
            entries.push({ name: entry.fileName, content });
            zip.readEntry();
          }, reject);
        });
      });
      zip.readEntry();
    });
  });
}
