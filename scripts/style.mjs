import { ESLint } from 'eslint';
import { output } from './compile.mjs';
import { projectNode, root, tool } from './places.mjs';

/** ESLint over the whole project. Warnings count as errors: there is no third state between right and wrong. */
export async function lintFiles(paths = ['.']) {
  const eslint = new ESLint({ cwd: root, errorOnUnmatchedPattern: false });
  const results = await eslint.lintFiles(paths);
  const formatter = await eslint.loadFormatter('stylish');
  const errors = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
  return { text: await formatter.format(results), errors };
}

/** dependency-cruiser over src: import directions on resolved paths, cycles, packages that are not declared. */
export async function lintImports() {
  const { code, text } = await output(projectNode, [tool.depcruise, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json']);
  const summary = summaryOf(text);
  if (summary === null) return { text: `dependency-cruiser ended with exit code ${code} and no result:\n${text}`, errors: 1 };
  const lines = summary.violations.map(({ from, to, rule, comment }) => `${from} → ${to}\n  ${rule.name}: ${comment ?? reasonOf(summary, rule)}\n`);
  return { text: lines.join(''), errors: summary.violations.length };
}

function reasonOf({ ruleSetUsed }, { name }) {
  return ruleSetUsed?.forbidden?.find((rule) => rule.name === name)?.comment ?? '';
}

function summaryOf(text) {
  try {
    return JSON.parse(text).summary;
  } catch {
    // Not JSON: it printed an error instead of a result.
    return null;
  }
}
