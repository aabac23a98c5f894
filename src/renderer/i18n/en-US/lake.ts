import { datasets } from './datasets.ts';
import { exports } from './exports.ts';
import { home } from './home.ts';
import { intake } from './intake.ts';
import { jobs } from './jobs.ts';
import { ledger } from './ledger.ts';
import { presence } from './presence.ts';
import { verify } from './verify.ts';

/** Words of the screens of a lake, one file for each feature. The start page does not wait for them. */
export const lakeWords = { datasets, exports, home, intake, jobs, ledger, presence, verify } as const;
