const escapeGrammar = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/;

/** Where in the raw text of a JSON string (between its quotes) a backslash stands that begins no escape; −1 where there is none. */
export function badEscape(raw: string): number {
  let at = raw.indexOf('\\');
  while (at >= 0) {
    const escape = escapeGrammar.exec(raw.slice(at, at + 6));
    if (escape === null) return at;
    at = raw.indexOf('\\', at + escape[0].length);
  }
  return -1;
}

/** The text that raw text of a JSON string stands for (RFC 8259 section 7). It has no bare quote, control character or bad escape. */
export function unescaped(raw: string): string {
  return JSON.parse(`"${raw}"`) as string;
}
