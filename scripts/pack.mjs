import { becomeChild } from './child.mjs';
import { compile } from './compile.mjs';
import { writeLicenses } from './licenses.mjs';
import { projectNode, root, tool } from './places.mjs';
import { buildWindow } from './window.mjs';

/** `npm run pack`: builds everything, then packages for this system into out/packages. Options go on to electron-builder: `npm run pack -- --linux dir`. */
let failed = 0;
for (const build of [() => compile(), buildWindow]) {
  const { text, errors } = await build();
  process.stdout.write(text);
  failed += errors;
}
writeLicenses();
if (failed > 0) process.exitCode = 1;
else becomeChild(projectNode, [tool.electronBuilder, '--config', 'electron-builder.release.yml', '--publish', 'never', ...process.argv.slice(2)], { cwd: root });
