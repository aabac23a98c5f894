import { versionName } from '../../contract/index.ts';
import type { VersionPackageInput } from './types.ts';
import { oneLine } from './words.ts';

/** RFC 8493 section 2.1.1. */
export const BAGIT_TXT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';

/** RFC 8493 section 2.2.2; docs/formats/export.md section 3. */
export function bagInfo(input: VersionPackageInput): string {
  const lines: [string, string][] = [
    ['Bagging-Date', input.now.slice(0, 10)],
    ['Payload-Oxum', `${input.counts.octets}.${input.counts.files}`],
    ['External-Identifier', versionName(input.dataset, input.version)],
    ['Bagging-Software-Agent', input.program],
  ];
  if (input.organization !== undefined && input.organization.trim() !== '') lines.unshift(['Source-Organization', input.organization]);
  return lines.map(([label, value]) => `${label}: ${oneLine(value).trim()}\n`).join('');
}
