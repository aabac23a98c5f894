import { lintFiles, lintImports } from './style.mjs';

const paths = process.argv.slice(2);
for (const check of [() => lintFiles(paths.length > 0 ? paths : undefined), lintImports]) {
  const { text, errors } = await check();
  process.stdout.write(text);
  if (errors > 0) process.exitCode = 1;
}
