import { FileRefusal } from './refusal.ts';

/** The places of the named columns in a header. Names are compared exactly; COLUMN_UNKNOWN with the nearest one where one is not there. */
export function placesOf(wanted: readonly string[], header: readonly string[], file: string): number[] {
  return wanted.map((name) => {
    const place = header.indexOf(name);
    if (place < 0) throw columnUnknown(name, header, file);
    if (header.includes(name, place + 1)) throw new FileRefusal('CONTENT_REFUSED', `"${file}" has several columns "${name}", so it is not clear which one is meant.`);
    return place;
  });
}

function columnUnknown(name: string, header: readonly string[], file: string): FileRefusal {
  const near = nearest(name, header);
  return new FileRefusal('COLUMN_UNKNOWN', `"${file}" has no column "${name}".${near === null ? '' : ` Is "${near}" meant?`}`, `Its columns are: ${header.slice(0, 50).join(', ')}${header.length > 50 ? ' …' : ''}`);
}

/** The name that differs least: in case, spaces, folder or ending only, else by at most a third of its letters. */
export function nearest(name: string, names: readonly string[]): string | null {
  const hasEnding = name.includes('.');
  const plain = (text: string): string => text.slice(text.lastIndexOf('/') + 1).replace(hasEnding ? '' : /\.[A-Za-z0-9]+$/, '').trim().toLowerCase();
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const other of names) {
    const distance = plain(other) === plain(name) ? 0 : editDistance(plain(name), plain(other));
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
