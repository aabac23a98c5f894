import { z } from 'zod';
import { Instant, LakeId } from './ids.ts';

/** lake.json: docs/formats/lake.md section 2.1. Written once, never changed. */
export const LAKE_FORMAT = 'hms-dta-lake/1';

export const LakeJson = z
  .strictObject({
    created: Instant,
    format: z.literal(LAKE_FORMAT),
    id: LakeId,
    origin: z.string(),
    sample: z.boolean(),
    zone: z.string().min(1),
  })
  .refine((lake) => lake.origin === `hms-dta/${lake.id}`, { path: ['origin'], message: 'must be hms-dta/ and the id' });
export type LakeJson = z.infer<typeof LakeJson>;
