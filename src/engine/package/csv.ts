/** One record of RFC 4180, with its CRLF. Quoted where the text needs it: quotes, commas, line ends, and spaces at an end, which some readers drop. */
export function csvRecord(fields: readonly string[]): string {
  return `${fields.map((field) => (/[",\r\n]|^ | $/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\r\n`;
}
