import type { PackagePlan, PlannedVersion } from './plan.ts';
import type { Counts } from './types.ts';
import { grouped, oneLine } from './words.ts';

/** A package that holds only the files whose names match a pattern says so wherever someone may look. docs/formats/export.md section 12. */

/** For bag-info.txt and the texts: one sentence or two; null where whole versions are packed. */
export function selectionSentence(plan: PackagePlan): string | null {
  const { patterns } = plan.input;
  if (patterns === undefined) return null;
  const whole = wholeOf(plan.versions);
  return `A selection, not ${plan.isOne ? 'the whole version' : 'whole versions'}: ${here(plan.counts, whole)}, those whose names match ${patternWords(patterns)}.`;
}

/** The same of one version. */
export function versionSelection(plan: PackagePlan, version: PlannedVersion): string | null {
  const { patterns } = plan.input;
  if (patterns === undefined) return null;
  return `A selection of this version is in the package: ${here(version.content.counts, wholeOf([version]))}, those whose names match ${patternWords(patterns)}.`;
}

/** selection.json; null where whole versions are packed. */
export function selectionJson(plan: PackagePlan): string | null {
  const { patterns } = plan.input;
  if (patterns === undefined) return null;
  const versions = plan.versions.map((version) => ({ version: version.name, here: version.content.counts, whole: wholeOf([version]) }));
  return `${JSON.stringify({ format: 'hms-dta-selection/1', patterns, versions }, null, 2)}\n`;
}

function wholeOf(versions: readonly PlannedVersion[]): Counts {
  const parts = versions.map(({ content }) => content.whole ?? content.counts);
  return { files: parts.reduce((sum, { files }) => sum + files, 0), octets: parts.reduce((sum, { octets }) => sum + octets, 0) };
}

function here(counts: Counts, whole: Counts): string {
  return `${grouped(counts.files)} of ${grouped(whole.files)} files, ${grouped(counts.octets)} of ${grouped(whole.octets)} bytes`;
}

function patternWords(patterns: readonly string[]): string {
  return patterns.map((pattern) => `"${oneLine(pattern)}"`).join(' or ');
}
