import { z } from 'zod';
import type { Findings } from '../findings.ts';
import { SELECTION } from './layout.ts';
import type { PackageSource } from './source.ts';
import type { CheckedVersion } from './versions-csv.ts';

/** A package that holds some files of its versions says which: docs/formats/export.md section 12. */

const Counts = z.strictObject({ files: z.int().min(0), octets: z.int().min(0) });
const Selection = z.strictObject({
  format: z.literal('hms-dta-selection/1'),
  patterns: z.array(z.string().min(1).max(1_000)).min(1).max(1_000),
  versions: z.array(z.strictObject({ version: z.string().max(100), here: Counts, whole: Counts })).min(1),
});
export type Selection = z.infer<typeof Selection>;

const MAX_BYTES = 4 * 1024 * 1024;
const SHOWN_PATTERNS = 5;

/** Null, with a finding, where it cannot be read. */
export async function readSelection(source: PackageSource, findings: Findings): Promise<Selection | null> {
  const read = await source.read(SELECTION, MAX_BYTES);
  const parsed = 'why' in read ? null : Selection.safeParse(jsonOf(read.bytes));
  if (parsed?.success === true) return parsed.data;
  findings.add('SELECTION_WRONG', SELECTION, 'selection.json cannot be read, so the package does not say which files were selected.');
  return null;
}

/**
 * Holds what selection.json says against what the package holds. Whether the patterns would choose the same files today is not asked: how programs match patterns may change, and what counts is
 * which files of which version are here.
 */
export function checkSelection(selection: Selection, checked: readonly CheckedVersion[], findings: Findings): void {
  const said = new Map(selection.versions.map((version) => [version.version, version]));
  const isRight = checked.every(({ name, here, wholeFiles }) => {
    const version = said.get(name);
    return version?.here.files === here.files && version.here.octets === here.octets && version.whole.files === wholeFiles && version.whole.octets >= here.octets;
  });
  if (!isRight || said.size !== checked.length || selection.versions.length !== checked.length) {
    findings.add('SELECTION_WRONG', SELECTION, 'selection.json gives other numbers of files than the package and the inventories.');
    return;
  }
  const here = checked.reduce((sum, version) => sum + version.here.files, 0);
  const whole = checked.reduce((sum, version) => sum + version.wholeFiles, 0);
  const patterns = selection.patterns.slice(0, SHOWN_PATTERNS).map((pattern) => `"${pattern}"`).join(' or ');
  const more = selection.patterns.length > SHOWN_PATTERNS ? ` or ${String(selection.patterns.length - SHOWN_PATTERNS)} more` : '';
  findings.add('PACKAGE_SELECTION', SELECTION, `The package holds a selection, ${here.toLocaleString('en-US')} of ${whole.toLocaleString('en-US')} files: those whose names match ${patterns}${more}.`);
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return null;
  }
}
