import { z } from 'zod';

/** zod would build its parsers with `new Function`, which the pages' policy refuses. This file is imported before any schema is used. */
z.config({ jitless: true });
