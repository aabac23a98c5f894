import { webTests } from './web.mjs';

const { passed, failed, skipped } = await webTests(process.argv.slice(2));
if (failed > 0) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
