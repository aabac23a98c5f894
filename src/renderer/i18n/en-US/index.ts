import { app } from './app.ts';
import { start } from './start.ts';
import { ui } from './ui.ts';

/** Words of the frame, the parts and the start page: all that is needed before a lake is open. */
export const firstWords = { app, start, ui } as const;
