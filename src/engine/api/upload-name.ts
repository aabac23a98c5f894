import { LogicalPath } from '../../contract/index.ts';

/** File systems end there. */
const MOST_PART_BYTES = 255;
const MOST_PATH_BYTES = 4_096;

/** The path that a browser gives to a file, or why no file of a dataset can have it. */
export function uploadPath(text: string): { readonly path: LogicalPath } | { readonly refused: string } {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  const refuse = (why: string): { readonly refused: string } => ({ refused: `"${shown.replaceAll('\0', '\\0')}" cannot be the name of a file in a dataset: it ${why}.` });
  if (text.startsWith('/') || /^[A-Za-z]:[\\/]/.test(text) || text.startsWith('\\\\')) return refuse('must not begin at the root of a disk');
  const parsed = LogicalPath.safeParse(text);
  if (!parsed.success) return refuse(parsed.error.issues[0]?.message ?? 'is none');
  if (text.split('\\').includes('..')) return refuse('must not have a ".." part');
  if (Buffer.byteLength(text) > MOST_PATH_BYTES) return refuse(`must not be longer than ${MOST_PATH_BYTES} bytes`);
  if (text.split('/').some((part) => Buffer.byteLength(part) > MOST_PART_BYTES)) return refuse(`must not have a part that is longer than ${MOST_PART_BYTES} bytes`);
  return { path: parsed.data };
}
