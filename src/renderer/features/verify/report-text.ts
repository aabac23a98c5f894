import type { Job, VerifyReport } from '../../../contract/api/index.ts';

/** A report as plain text, for a mail or a file: what was checked, the answers, and each finding with its code. */
export function reportText(report: VerifyReport, { started, ended }: Pick<Job, 'started' | 'ended'>): string {
  const { answers, checked } = report;
  const lines = [`Check of ${report.subject}`, `${started} to ${ended ?? '-'}`, report.summary, ''];
  if (answers !== null) {
    lines.push(
      `Unchanged? ${answers.unchanged.answer}. ${answers.unchanged.sentence}`,
      `Signed by whom? ${answers.signedBy.name ?? answers.signedBy.answer}. ${answers.signedBy.sentence}`,
      `Trusted by you? ${answers.trusted.answer}. ${answers.trusted.sentence}`,
      `When? ${answers.when.at ?? 'not known'}. ${answers.when.sentence}`,
      '',
    );
  }
  lines.push(`Read: ${checked.files} files, ${checked.bytes} bytes, ${checked.versions} versions, ${checked.entries} ledger entries.`, `Findings: ${report.findingCount}.`);
  lines.push(...report.findings.map(({ severity, code, path, message }) => `${severity} ${code} ${path}: ${message}`));
  if (report.findingCount > report.findings.length) lines.push(`… and ${report.findingCount - report.findings.length} more.`);
  return `${lines.join('\n')}\n`;
}
