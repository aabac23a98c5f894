import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { maskedType, maskerOf, needsSecret } from '../../../../src/engine/mask-values.ts';
import { secretIdOf } from '../../../../src/engine/masks/index.ts';
import type { MaskSecret } from '../../../../src/engine/masks/index.ts';
import type { ContractPlan, MaskPlan, TypePlan } from '../../../../src/engine/contracts/index.ts';

const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const hexKey = Buffer.from(key).toString('hex');
const secret: MaskSecret = { id: secretIdOf(key), key };
const text: TypePlan = { kind: 'string' };
const number = { decimal: '.', group: null, prefix: null, suffix: null };
const whole = (bits: 32 | 64): TypePlan => ({ kind: 'integer', bits, number });
const decimal = (precision: number, scale: number): TypePlan => ({ kind: 'number', decimal: { precision, scale }, bits: 64, number });
const float: TypePlan = { kind: 'number', decimal: null, bits: 64, number };
const date: TypePlan = { kind: 'date', formats: [] };
const timestamp: TypePlan = { kind: 'timestamp', formats: [], zone: 'America/New_York' };

function openssl(args: readonly string[], input = ''): Buffer {
  const { status, stdout, stderr } = spawnSync('openssl', args, { input });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

const hmac = (hex: string, value: string): Buffer => openssl(['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${hex}`, '-binary'], value);
const derived = (info: string, size: number): string =>
  openssl(['kdf', '-keylen', String(size), '-kdfopt', 'digest:SHA256', '-kdfopt', `hexkey:${hexKey}`, '-kdfopt', `info:${info}`, '-binary', 'HKDF']).toString('hex');

describe('a hash', () => {
  it('is the HMAC-SHA-256 of the value that openssl gives', () => {
    const mask = maskerOf({ how: 'hash' }, secret);
    expect(mask('123-45-6789', text)).toBe('c36200a49b51d6ab68039265bc674b1d0c688fd833eaf123936d026ed25fb4b1');
    for (const value of ['123-45-6789', '', 'Ünïcödé 山 😀', 'a\0b', 'x'.repeat(10_000)]) expect(mask(value, text)).toBe(hmac(hexKey, value).toString('hex'));
  });

  it('is the same for the same value in columns of other types, so that tables can be joined by it', () => {
    const mask = maskerOf({ how: 'hash' }, secret);
    expect(mask('123456789', whole(64))).toBe(mask('123456789', text));
  });

  it('leaves what is empty empty', () => {
    for (const mask of [{ how: 'none' }, { how: 'hash' }, { how: 'token' }, { how: 'redact', text: 'X' }, { how: 'generalize', first: 2 }] satisfies MaskPlan[]) expect(maskerOf(mask, secret)(null, text)).toBeNull();
  });
});

describe('a token', () => {
  it('is of 80 bits under a key derived from the secret, as openssl and RFC 4648 give it', () => {
    const mask = maskerOf({ how: 'token' }, secret);
    const tokenKey = derived('hms-dta/mask-secret/token/1', 32);
    for (const value of ['123-45-6789', 'Maria Ortega', '']) {
      const bits = [...hmac(tokenKey, value).subarray(0, 10)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
      const letters = (bits.match(/.{5}/g) ?? []).map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)]).join('');
      expect(letters).toHaveLength(16);
      expect(mask(value, text)).toBe(letters);
    }
  });

  it('does not tell of the hash of the same value', () => {
    const hash = Buffer.from(maskerOf({ how: 'hash' }, secret)('123-45-6789', text) ?? '', 'hex');
    expect(hmac(derived('hms-dta/mask-secret/token/1', 32), '123-45-6789').equals(hash)).toBe(false);
  });
});

it('the id of a secret is made of its key by HKDF, as openssl gives it', () => {
  expect(secret.id).toBe(derived('hms-dta/mask-secret/id/1', 16));
  expect(secret.id).toMatch(/^[0-9a-f]{32}$/);
});

it('a hash and a token without the secret are refused; the other masks need none', () => {
  for (const how of ['hash', 'token'] as const) expect(() => maskerOf({ how }, null)).toThrow(expect.objectContaining({ code: 'SECRET_MISSING', next: expect.stringContaining('hms dta secret share') as string }));
  expect(maskerOf({ how: 'redact', text: '[REDACTED]' }, null)('Maria', text)).toBe('[REDACTED]');
  expect(maskerOf({ how: 'none' }, null)('Maria', text)).toBe('Maria');
});

it('says of a contract whether it needs the secret', () => {
  const plan = (...masks: (MaskPlan | null)[]): ContractPlan => ({ columns: masks.map((mask) => ({ pii: mask === null ? null : { kind: 'ssn', mask } })) }) as unknown as ContractPlan;
  expect(needsSecret(plan(null, { how: 'redact', text: 'X' }, { how: 'none' }, { how: 'generalize', first: 3 }))).toBe(false);
  expect(needsSecret(plan(null, { how: 'hash' }))).toBe(true);
  expect(needsSecret(plan({ how: 'token' }))).toBe(true);
});

describe('generalizing', () => {
  it('takes dates and instants to the begin of their year or month', () => {
    expect(maskerOf({ how: 'generalize', to: 'year' }, null)('2024-07-31', date)).toBe('2024-01-01');
    expect(maskerOf({ how: 'generalize', to: 'month' }, null)('0987-12-31', date)).toBe('0987-12-01');
    expect(maskerOf({ how: 'generalize', to: 'month' }, null)('2024-07-31T23:59:59.123456Z', timestamp)).toBe('2024-07-01T00:00:00Z');
    expect(maskerOf({ how: 'generalize', to: 'year' }, null)('2024-07-31T23:59:59Z', timestamp)).toBe('2024-01-01T00:00:00Z');
  });

  it('takes text to its first characters, none of them cut in half', () => {
    expect(maskerOf({ how: 'generalize', first: 3 }, null)('90210-1234', text)).toBe('902');
    expect(maskerOf({ how: 'generalize', first: 3 }, null)('ab', text)).toBe('ab');
    expect(maskerOf({ how: 'generalize', first: 2 }, null)('a😀b', text)).toBe('a😀');
    expect(maskerOf({ how: 'generalize', first: 1 }, null)('😀😀', text)).toBe('😀');
  });

  it.each<[string, number, TypePlan, string]>([
    ['47', 10, whole(32), '40'],
    ['40', 10, whole(32), '40'],
    ['-3', 10, whole(32), '-10'],
    ['0', 10, whole(64), '0'],
    ['9223372036854775807', 1000, whole(64), '9223372036854775000'],
    ['-9223372036854775808', 10, whole(64), '-9223372036854775808'],
    ['-2147483648', 10, whole(32), '-2147483648'],
    ['5', 1.5, whole(32), '4'],
    ['47.30', 0.25, decimal(5, 2), '47.25'],
    ['-0.01', 1, decimal(5, 2), '-1.00'],
    ['1.3', 0.25, decimal(5, 1), '1.2'],
    ['-999', 1000, decimal(3, 0), '-999'],
    ['123456789012345678901234567890.12', 5, decimal(38, 2), '123456789012345678901234567890.00'],
    ['0.3', 0.1, float, '0.3'],
    ['0.75', 0.1, float, '0.7'],
    ['1.5e-7', 1e-7, float, '1e-7'],
    ['-2.5', 2, float, '-4'],
    ['1e+21', 1000, float, '1e+21'],
  ])('takes %s down to a multiple of %s in %o: %s', (value, step, type, expected) => {
    expect(maskerOf({ how: 'generalize', step }, null)(value, type)).toBe(expected);
  });
});

it('hash, token and redacted columns are text; what is generalized or kept has its type', () => {
  expect(maskedType({ how: 'hash' }, whole(64))).toEqual(text);
  expect(maskedType({ how: 'token' }, date)).toEqual(text);
  expect(maskedType({ how: 'redact', text: 'X' }, date)).toEqual(text);
  expect(maskedType({ how: 'generalize', to: 'year' }, date)).toEqual(date);
  expect(maskedType({ how: 'none' }, date)).toEqual(date);
});
