import { relative } from 'node:path';
import { root } from './places.mjs';

/** Prints every test that did not run, with the reason it gave; vitest's own report folds a file with a skipped test into one line. */
export default class SkippedReporter {
  onTestRunEnd(testModules) {
    for (const testModule of testModules) {
      for (const test of testModule.children.allTests('skipped')) {
        // In a file that failed to set up, every test counts as skipped; the failure itself is reported, so these lines would only hide it.
        if (test.module.state() === 'failed' && test.result().note === undefined && test.options.mode === 'run') continue;
        const reason = test.result().note ?? (test.options.mode === 'todo' ? 'not written yet' : 'no reason given');
        console.log(`skipped: ${relative(root, testModule.moduleId)} > ${test.fullName}: ${reason}`);
      }
    }
  }
}
