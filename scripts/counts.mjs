import { readFileSync } from 'node:fs';

/**
 * Counts from vitest's JSON report. A file that fails without a failed test (it does not import, a hook throws) is one failure, and so is a report that is
 * missing, and a run that ended with an error nobody counted.
 */
export function counts(resultFile, code) {
  let report;
  try {
    report = JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch (error) {
    console.error(`The test runner left no result (${error.message}).`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The same from Playwright's JSON report: what passed at a second try passed, and an error of the run itself (a server that did not start) is a failure. */
export function webCounts(resultFile, code) {
  let report;
  try {
    report = JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch (error) {
    console.error(`The tests of the screens left no result (${error.message}).`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const { expected, flaky, unexpected, skipped } = report.stats;
  const failed = unexpected + report.errors.length;
  return { passed: expected + flaky, failed: failed === 0 && code !== 0 ? 1 : failed, skipped };
}
