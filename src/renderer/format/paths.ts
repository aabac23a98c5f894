/**
 * A path that fits `room` characters: what is cut stands in the middle, because the beginning says where and the end says what. Characters that a reader sees
 * as one (surrogate pairs) stay whole.
 */
export function middle(path: string, room: number): string {
  const letters = [...path];
  if (letters.length <= room) return path;
  const kept = Math.max(room - 1, 2);
  const tail = Math.ceil(kept * 0.6);
  return `${letters.slice(0, kept - tail).join('')}…${letters.slice(letters.length - tail).join('')}`;
}

/** First eight digits of a hash or key. */
export const brief = (hash: string): string => hash.slice(0, 8);

/** The folder of a path with its slash: `a/b/`; empty for the top. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
