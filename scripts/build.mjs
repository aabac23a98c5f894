import { compile } from './compile.mjs';

const { text, errors } = await compile();
process.stdout.write(text);
if (errors > 0) process.exitCode = 1;
