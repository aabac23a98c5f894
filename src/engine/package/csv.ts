/** One record of RFC 4180, with its CRLF. Quoted where the text needs it: quotes, delimiters, line ends, and spaces at an end, which some readers drop. */
export function csvRecord(fields: readonly string[]): string {
  return record(fields, ',', /[",\r\n]|^ | $/);
}

/** The same with `|` for the comma, as the National Archives ask for it. */
export function pipeRecord(fields: readonly string[]): string {
  return record(fields, '|', /["|\r\n]|^ | $/);
}

function record(fields: readonly string[], delimiter: string, needsQuotes: RegExp): string {
  return `${fields.map((field) => (needsQuotes.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(delimiter)}\r\n`;
}
