import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './places.mjs';

/** Of a failure's message: enough to name it, and a diff of a whole list does not drown the others. */
const MESSAGE_CHARS = 2_000;

/** A failure as the end of a run names it: without the colours of a terminal. */
export const failure = (name, messages) => `${name}\n${stripVTControlCharacters(messages.join('\n')).trimEnd().slice(0, MESSAGE_CHARS)}`;

/**
 * Counts from vitest's JSON report, and each failure with its message. A file that fails without a failed test (it does not import, a hook throws) is one failure, and so is a report that is
 * missing, and a run that ended with an error nobody counted.
 */
export function counts(resultFile, code) {
  let report;
  try {
    report = JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch (error) {
    console.error(`The test runner left no result (${error.message}).`);
    return { passed: 0, failed: 1, skipped: 0, failures: [] };
  }
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  const failures = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName, failureMessages }) => failure(`${relative(root, name)} > ${fullName}`, failureMessages)),
  );
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [...failures, ...brokenFiles.map(({ name, message }) => failure(relative(root, name), [message]))],
  };
}

/** The same from Playwright's JSON report: what passed at a second try passed, and an error of the run itself (a server that did not start) is a failure. */
export function webCounts(resultFile, code) {
  let report;
  try {
    report = JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch (error) {
    console.error(`The tests of the screens left no result (${error.message}).`);
    return { passed: 0, failed: 1, skipped: 0, failures: [] };
  }
  const { expected, flaky, unexpected, skipped } = report.stats;
  const failed = unexpected + report.errors.length;
  return { passed: expected + flaky, failed: failed === 0 && code !== 0 ? 1 : failed, skipped, failures: [...webFailures(report.suites), ...report.errors.map((error) => failure('the run itself', [error.message ?? '']))] };
}

function webFailures(suites) {
  return suites.flatMap(({ specs = [], suites: inner = [] }) => [
    ...specs.filter(({ ok }) => !ok).map(({ file, title, tests }) => failure(`${file} > ${title}`, tests.flatMap(({ results }) => results.flatMap(({ errors }) => errors.map(({ message }) => message ?? ''))))),
    ...webFailures(inner),
  ]);
}
