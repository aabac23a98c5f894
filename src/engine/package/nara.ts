import type { Description } from '../../contract/index.ts';
import { pipeRecord } from './csv.ts';
import type { PlannedVersion } from './plan.ts';
import type { PackageFile } from './types.ts';
import { linesOf } from './words.ts';

/**
 * What the National Archives ask for with a transfer of permanent records: the minimum metadata elements of NARA Bulletin 2015-04, Appendix A, for each file, and a list of
 * every file. docs/formats/export.md section 4.1.
 */

interface NamedFile extends PackageFile {
  readonly name: string;
}

export const METADATA_HEADER = pipeRecord([
  'Identifier: File Name',
  'Identifier: Record ID',
  'Title',
  'Description',
  'Creator',
  'Creation Date',
  'Rights',
  'Coverage',
  'Relation',
]);

/** The description stands in the record of every file, so a long one would be most of the package. */
const DESCRIPTION_CHARACTERS = 500;

/** Makes the records of one version: what is the same in all of them is made once. */
export function metadataRecords({ content, name }: PlannedVersion): (file: NamedFile) => string {
  const said = (member: string): string => oneText(content.describedNow ?? content.description, member);
  const whole = said('description') || said('abstract');
  const description = whole.length > DESCRIPTION_CHARACTERS ? `${cut(whole)} … (whole in Provenance.txt)` : whole;
  const title = said('title') || name;
  const date = said('created') || said('date') || content.committedAt.slice(0, 10);
  const same = [title, description, said('creator'), date, said('rights'), said('coverage'), said('relation')];
  return (file) => pipeRecord([fileName(file.path), recordId(name, file), ...same]);
}

export const FILE_LIST_HEADER = pipeRecord(['File Path', 'File Name', 'Record ID', 'Size in Bytes', 'SHA-256', 'Last Modified']);

export function fileListRecord({ name }: PlannedVersion, file: NamedFile): string {
  return pipeRecord([file.name, fileName(file.path), recordId(name, file), String(file.size), file.sha256, file.mtime ?? '']);
}

/** The file's own name, without its folders. */
function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Unique in the office's lake, and for ever. */
function recordId(version: string, { path }: PackageFile): string {
  return `${version}/${path}`;
}

function oneText(description: Description | null, member: string): string {
  return linesOf(description?.[member] ?? '').join(' ').trim();
}

/** The beginning of a text; no character that takes two units is cut through. */
function cut(text: string): string {
  return text.slice(0, DESCRIPTION_CHARACTERS).replace(/[\ud800-\udbff]$/, '').trimEnd();
}
