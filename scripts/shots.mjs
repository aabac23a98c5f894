import { webTests } from './web.mjs';

// Pictures of the screens into docs/screens.
process.env.HMS_WEB_SHOTS = '1';
const { failed } = await webTests();
if (failed > 0) process.exitCode = 1;
