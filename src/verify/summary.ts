import { basename } from 'node:path';
import type { Finding } from '../contract/index.ts';
import { counted } from '../core/index.ts';
import type { Recognised } from './recognise.ts';
import type { Checked } from './report.ts';

/** What a summary is made of. */
export interface Told {
  readonly found: Recognised;
  readonly findings: { count(severity: Finding['severity']): number; list(): Finding[] };
  readonly checked: Checked;
  /** Of a bag. */
  readonly version?: string | null;
  readonly algorithms?: readonly string[];
}

/** One or two sentences for people, and what was looked at. */
export function summaryOf(told: Told): string {
  const errors = told.findings.count('error');
  const warnings = told.findings.count('warning');
  const result = errors === 0 ? good(told) : onlyUnread(told) ? unread(told, errors) : bad(told, counted(errors, 'error'));
  const warned = warnings > 0 ? ` There ${warnings === 1 ? 'is' : 'are'} ${counted(warnings, 'warning')}.` : '';
  return `${result}${warned} ${looked(told)}`;
}

function good({ found, version, findings }: Told): string {
  const name = nameOf(found);
  switch (found.kind) {
    case 'lake':
    case 'package':
      return `${name} is unchanged: every ${findings.count('warning') === 0 ? 'file' : 'record'} and every proof is as it was written.`;
    case 'bag':
      return `${name} is a valid bag of BagIt ${version ?? '1.0'}: it is complete, and every file has its checksum. A bag is not signed, so nothing in it proves who made it.`;
    case 'ocfl-object':
      return `${name} is a valid OCFL object: every version is complete, and every file has its digest.`;
    case 'ocfl-storage-root':
      return `${name} is a valid OCFL storage root: every object in it is complete, and every file has its digest.`;
  }
}

/** Whether all that is wrong is what could not be read: that was not changed, as far as anyone can tell. A lake's raw/ is closed to some people on purpose. */
function onlyUnread({ found, findings }: Told): boolean {
  return found.kind === 'lake' && findings.list().every(({ code, severity }) => severity !== 'error' || code === 'FILE_UNREADABLE' || code === 'CONTENT_UNCHECKED');
}

function unread({ found }: Told, errors: number): string {
  return `${nameOf(found)} could not be checked whole: ${counted(errors, 'file or folder', 'files or folders')} could not be read. The rest is as it was written.`;
}

function bad({ found }: Told, errors: string): string {
  const name = nameOf(found);
  switch (found.kind) {
    case 'lake':
    case 'package':
      return `${name} is damaged or was changed: ${errors}.`;
    case 'bag':
      return `${name} is not a valid bag: ${errors}.`;
    case 'ocfl-object':
      return `${name} is not a valid OCFL object: ${errors}.`;
    case 'ocfl-storage-root':
      return `${name} is not a valid OCFL storage root: ${errors}.`;
  }
}

function nameOf({ kind, path }: Recognised): string {
  const what = { lake: 'lake', package: 'package', bag: 'bag', 'ocfl-object': 'OCFL object', 'ocfl-storage-root': 'OCFL storage root' }[kind];
  return `The ${what} "${basename(path)}"`;
}

function looked({ found, checked, algorithms = [] }: Told): string {
  const content = `${counted(checked.files, 'file')} with ${counted(checked.bytes, 'byte')}`;
  const one = checked.files === 1;
  switch (found.kind) {
    case 'lake':
      return `${content} and ${counted(checked.entries, 'ledger entry', 'ledger entries')} were checked.`;
    case 'package':
      return `${content} and its signature were checked.`;
    case 'bag':
      return `${content} in data/ ${one ? 'was' : 'were'} checked${algorithms.length > 0 ? ` by ${algorithms.join(', ')}` : ''}.`;
    case 'ocfl-object':
      return `${content} in ${counted(checked.versions, 'version')} ${one ? 'was' : 'were'} checked.`;
    case 'ocfl-storage-root':
      return `${content} in ${counted(checked.objects ?? 0, 'object')} with ${counted(checked.versions, 'version')} ${one ? 'was' : 'were'} checked.`;
  }
}
