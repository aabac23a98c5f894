import type { VerifyOptions, VerifyReport } from '../../../src/verify/index.ts';
import { verify } from '../../../src/verify/index.ts';

/** Checks in this thread: starting threads would take most of the time of a small test. */
export function checkHere(path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  return verify(path, { workers: 0, ...options });
}

/** `CODE path` of every finding, in the report's order. */
export function found(report: VerifyReport): string[] {
  return report.findings.map(({ code, path }) => `${code} ${path}`);
}
