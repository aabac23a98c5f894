/** Groups of four, as one reads them aloud. A fingerprint that is grouped already stays as it is. */
export const groupsOf = (fingerprint: string): string => (/^[0-9a-f]{16,}$/i.test(fingerprint) ? (fingerprint.match(/.{1,4}/g) ?? []).join(' ') : fingerprint);
