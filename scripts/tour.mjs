import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { becomeChild } from './child.mjs';
import { compile } from './compile.mjs';
import { projectNode, root } from './places.mjs';

// So that `npx hms` works in this folder from now on. A type error does not keep the program from running: it is shown, and the tour starts.
const { text } = await compile();
process.stderr.write(text);

// What was built starts quicker; the sources run as they are.
const tour = [join(root, 'out', 'bundle', 'tour.cjs'), join(root, 'src', 'cli', 'tour.ts')].find((file) => existsSync(file));
if (tour === undefined) {
  console.error('There is nothing to start: src/cli/tour.ts is missing.');
  process.exitCode = 1;
} else {
  becomeChild(projectNode, [tour, ...process.argv.slice(2)], { cwd: root });
}
