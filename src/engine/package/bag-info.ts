import { PROFILE_IDENTIFIER } from './bag-profile.ts';
import type { PackagePlan } from './plan.ts';
import { selectionSentence } from './selection.ts';
import { oneLine } from './words.ts';

/** RFC 8493 section 2.1.1. */
export const BAGIT_TXT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';

/** RFC 8493 section 2.2.2; docs/formats/export.md section 3. */
export function bagInfo(plan: PackagePlan): string {
  const { input, counts } = plan;
  const lines: [string, string][] = [
    ['Bagging-Date', input.now.slice(0, 10)],
    ['Payload-Oxum', `${counts.octets}.${counts.files}`],
    ...plan.versions.map(({ name }): [string, string] => ['External-Identifier', name]),
    ['Bagging-Software-Agent', input.program],
    ['BagIt-Profile-Identifier', PROFILE_IDENTIFIER],
  ];
  if (input.organization !== undefined && input.organization.trim() !== '') lines.unshift(['Source-Organization', input.organization]);
  const selection = selectionSentence(plan);
  if (selection !== null) lines.push(['External-Description', selection]);
  return lines.map(([label, value]) => `${label}: ${oneLine(value).trim()}\n`).join('');
}
