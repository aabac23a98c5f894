import { expect, it } from 'vitest';
import { pemOf } from '../../../src/renderer/features/verify/pem.ts';

const pem = `-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIBATAKBggqhkjOPQQDAjAVMRMwEQYDVQQDDApQRU0gc2FtcGxlMB4XDTI0MDEwMTAwMDAwMFoXDTM0MDEwMTAwMDAwMFow
-----END CERTIFICATE-----
`;
const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

it('takes PEM as it is, and whatever is no certificate as its text', () => {
  expect(pemOf(buffer(Buffer.from(pem)))).toBe(pem);
  expect(pemOf(buffer(Buffer.from('a note')))).toBe('a note');
  expect(pemOf(new ArrayBuffer(0))).toBe('');
});

it('puts the bytes of a .cer into the dress of PEM, every one of them', () => {
  const der = Buffer.from([0x30, 0x82, ...Array.from({ length: 509 }, (_, at) => at % 256)]);
  const text = pemOf(buffer(der));
  const lines = text.trimEnd().split('\n');
  expect([lines[0], lines.at(-1)]).toEqual(['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----']);
  expect(lines.slice(1, -1).every((line) => line.length > 0 && line.length <= 64)).toBe(true);
  expect(Buffer.from(lines.slice(1, -1).join(''), 'base64').equals(der)).toBe(true);
});
