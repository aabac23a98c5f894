import { resolve } from 'node:path';
import { webTests } from './web.mjs';

// Pictures of the screens into docs/screens: those that the documents show. `--all FOLDER`: every screen, 1280x800 and 1920x1080, light and dark, into a folder.
const [, , how, folder] = process.argv;
process.env.HMS_WEB_SHOTS = how === '--all' && folder !== undefined ? resolve(folder) : '1';
const { failed } = await webTests();
if (failed > 0) process.exitCode = 1;
