/** A certificate's text: PEM as it is, or the bytes that Windows exports as .cer (DER, which begins with a SEQUENCE of more than 255 bytes) in the dress of PEM. */
export function pemOf(content: ArrayBuffer): string {
  const bytes = new Uint8Array(content);
  if (bytes[0] !== 0x30 || bytes[1] !== 0x82) return new TextDecoder().decode(bytes);
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}
