import { app } from './app.ts';
import { datasets } from './datasets.ts';
import { exports } from './exports.ts';
import { home } from './home.ts';
import { intake } from './intake.ts';
import { jobs } from './jobs.ts';
import { ledger } from './ledger.ts';
import { start } from './start.ts';
import { ui } from './ui.ts';
import { verify } from './verify.ts';

/** Every word of the screens, one file for each feature. */
export const enUS = { app, datasets, exports, home, intake, jobs, ledger, start, ui, verify } as const;
