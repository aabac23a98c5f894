/** Places in a text: DuckDB counts some in UTF-8 bytes and some in code points, screens count UTF-16 units. */

/** UTF-16 units before the byte with that number of the text in UTF-8; the text's length where it has no such byte. */
export function fromBytes(text: string, bytes: number): number {
  let left = bytes;
  let units = 0;
  for (const character of text) {
    if (left <= 0) break;
    const code = character.codePointAt(0) ?? 0;
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
    units += character.length;
  }
  return units;
}

/** UTF-16 units before the code point with that number. */
export function fromCodePoints(text: string, points: number): number {
  let left = points;
  let units = 0;
  for (const character of text) {
    if (left <= 0) break;
    left--;
    units += character.length;
  }
  return units;
}
