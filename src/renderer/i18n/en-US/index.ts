import { app } from './app.ts';
import { datasets } from './datasets.ts';
import { home } from './home.ts';
import { ledger } from './ledger.ts';
import { start } from './start.ts';
import { ui } from './ui.ts';

/** Every word of the screens, one file for each feature. */
export const enUS = { app, datasets, home, ledger, start, ui } as const;
