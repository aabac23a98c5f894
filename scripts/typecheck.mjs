import { compile } from './compile.mjs';

const { text, errors } = await compile(['src/renderer', 'test', 'test/unit/renderer', 'test/web', 'bench']);
process.stdout.write(text);
if (errors > 0) process.exitCode = 1;
