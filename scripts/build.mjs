import { compile } from './compile.mjs';
import { buildWindow } from './window.mjs';

// One after the other: the compiler tidies out/ of what it does not know.
for (const build of [() => compile(), buildWindow]) {
  const { text, errors } = await build();
  process.stdout.write(text);
  if (errors > 0) process.exitCode = 1;
}
