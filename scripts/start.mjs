import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { becomeChild } from './child.mjs';
import { compile } from './compile.mjs';
import { projectNode, root } from './places.mjs';

const tour = join(root, 'src', 'cli', 'tour.ts');

// So that `npx hms` works in this folder from now on. A type error does not keep the program from running: it is shown, and the tour starts.
const { text } = await compile();
process.stderr.write(text);

if (existsSync(tour)) {
  becomeChild(projectNode, [tour, ...process.argv.slice(2)], { cwd: root });
} else {
  console.error(`There is nothing to start: ${tour} is missing.`);
  process.exitCode = 1;
}
