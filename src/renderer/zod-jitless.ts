import { z } from 'zod/v4';

/**
 * zod as the pages get it (vite.config.ts puts this file in the place of `zod`). It would build its parsers with `new Function`, which the pages' policy
 * refuses, and asks whether it may as soon as a schema is made: so this stands before every schema, whatever file that is in.
 */
z.config({ jitless: true });

export * from 'zod/v4';
