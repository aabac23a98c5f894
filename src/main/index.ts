import { join } from 'node:path';
import { shell } from 'electron/common';
import * as electron from 'electron/main';
import { startApp } from './app.ts';

/** Entry of the main process. The built parts stand beside each other in `out`. */
const out = join(import.meta.dirname, '..');
startApp({ ...electron, shell }, { preload: join(out, 'preload', 'index.cjs'), bundle: join(out, 'bundle'), screens: join(out, 'renderer') }, process.env, process.platform);
