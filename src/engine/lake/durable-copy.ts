/** What copies files and hashes them with blocking calls. With durable.ts and leaf-batch.ts the files of this folder that worker threads load: they start with it in milliseconds. */
export * from './copy-loop.ts';
export * from './copy-take.ts';
export * from './copy-hasher.ts';
export * from './copy-ring.ts';
export * from './copy-flush.ts';
export * from './near.ts';
