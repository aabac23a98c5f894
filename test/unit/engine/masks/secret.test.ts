import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptSecret, makeSecret, openSecret, rotateSecret, secretCopies, secretsOf, shareSecret } from '../../../../src/engine/masking.ts';
import { newPassphrase, secretIdOf, unwrapSecret, wrapSecret } from '../../../../src/engine/masks/index.ts';
import type { WrappedSecret } from '../../../../src/engine/masks/index.ts';
import { effWords } from '../../../../src/engine/masks/passphrase/eff-words.ts';
import { systemClock } from '../../../../src/engine/clock.ts';
import type { Instant, KeyId } from '../../../../src/contract/index.ts';
import { checkHere, found } from '../../../builders/verify/check.ts';
import { foundIn } from '../../../builders/lake/clear-values.ts';
import { openOffice } from '../../../builders/lake/office.ts';
import type { Office } from '../../../builders/lake/office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(() => office.remove());

const keptFile = (id: string, station = 'first'): string => join(office.folder, `profile-${station}`, 'secrets', `${id}.json`);
const keptKey = async (id: string): Promise<Uint8Array> => Buffer.from((JSON.parse(await readFile(keptFile(id), 'utf8')) as { key: string }).key, 'base64url');

describe("a lake's secret", () => {
  it('is made when it is first needed, recorded by its id alone, and then stays', async () => {
    expect(await office.read(openSecret)).toBeNull();
    const made = await office.write(makeSecret);
    expect(made.key).toHaveLength(32);
    expect(made.id).toBe(secretIdOf(made.key));
    expect(await office.write(makeSecret)).toEqual(made);
    expect(await office.read(openSecret)).toEqual(made);
    expect(await office.read((lake) => secretsOf(lake).map(({ id }) => id))).toEqual([made.id]);
  });

  it('lies in the profile, closed to others, and nowhere on the lake', async () => {
    const { id, key } = await office.write(makeSecret);
    await office.write(shareSecret);
    if (process.platform !== 'win32') expect((await stat(keptFile(id))).mode & 0o777).toBe(0o600);
    expect(await foundIn(office.lake, [Buffer.from(key)])).toEqual([]);
    // Of a key without a "-" or "_" the two forms of base64 are one.
    expect((await foundIn(join(office.folder, 'profile-first', 'secrets'), [Buffer.from(key)])).map(({ form }) => form.replace('url', ''))).toEqual(['base64']);
  });

  it('is refused where other accounts may read it, or where it is damaged', async () => {
    const { id } = await office.write(makeSecret);
    await chmod(keptFile(id), 0o640);
    await expect(office.read(openSecret)).rejects.toMatchObject({ code: 'SECRET_REFUSED', next: expect.stringContaining('chmod 600') as string });
    await chmod(keptFile(id), 0o600);
    const record = JSON.parse(await readFile(keptFile(id), 'utf8')) as { key: string };
    await writeFile(keptFile(id), `${JSON.stringify({ ...record, key: Buffer.alloc(32, 7).toString('base64url') })}\n`);
    await expect(office.read(openSecret)).rejects.toMatchObject({ code: 'SECRET_REFUSED', message: expect.stringContaining('damaged') as string });
  });

  it('is one, where two processes of a workstation need it at once', async () => {
    const [one, other] = await Promise.all([office.write(makeSecret), office.write(makeSecret)]);
    expect(one).toEqual(other);
    expect(await office.read((lake) => secretsOf(lake))).toHaveLength(1);
    expect(await readdir(join(office.folder, 'profile-first', 'secrets'))).toEqual([`${one.id}.json`]);
  });

  it('passes the check of the lake, its copies too; what else lies beside them is told', async () => {
    await office.write(shareSecret);
    expect(found(await checkHere(office.lake))).toEqual([]);
    await writeFile(join(office.lake, 'keys', 'secrets', 'words.txt'), 'seven words');
    expect(found(await checkHere(office.lake))).toEqual(['FOREIGN_FILE keys/secrets/words.txt']);
  });
});

describe('another workstation', () => {
  it('is refused until it has taken the secret with the seven words', async () => {
    const shared = await office.write(shareSecret);
    const made = await office.read(openSecret);
    expect(await office.read(openSecret, 'second')).toBeNull();
    await expect(office.read((lake) => acceptSecret(lake, 'one two three four five six seven'), 'second')).rejects.toMatchObject({ code: 'SECRET_REFUSED', message: 'The copy of the secret on this lake does not open with these words.' });
    expect(await office.read((lake) => acceptSecret(lake, `  ${shared.passphrase.toUpperCase().replaceAll(' ', '   ')}\n`), 'second')).toEqual({ id: made?.id, isCurrent: true });
    expect(await office.read(openSecret, 'second')).toEqual(made);
  });

  it('finds its copy among several, and is told where there is none', async () => {
    await expect(office.read((lake) => acceptSecret(lake, 'x'), 'second')).rejects.toMatchObject({ code: 'SECRET_REFUSED', message: 'There is no copy of the secret on this lake.' });
    const first = await office.write(shareSecret);
    await office.write(shareSecret);
    await mkdir(join(office.lake, 'keys', 'secrets', 'folder'));
    expect(await office.read(secretCopies)).toHaveLength(2);
    expect(await office.read((lake) => acceptSecret(lake, first.passphrase), 'second')).toMatchObject({ id: first.secret });
  });

  it('does not take a secret that the ledger does not name', async () => {
    const secret = { key: Uint8Array.from(systemClock.random(32)), id: '' };
    const foreign = { key: secret.key, id: secretIdOf(secret.key) };
    await office.write(shareSecret);
    const wrapped = await wrapSecret(foreign, 'the words of a stranger', { made: '2026-01-01T00:00:00.000Z' as Instant, station: 'a'.repeat(64) as KeyId }, systemClock.random);
    await writeFile(join(office.lake, 'keys', 'secrets', `${foreign.id}.00000000.json`), JSON.stringify(wrapped));
    await expect(office.read((lake) => acceptSecret(lake, 'the words of a stranger'), 'second')).rejects.toMatchObject({ code: 'SECRET_REFUSED' });
  });
});

describe('a new secret', () => {
  it('replaces the old one, which the profile keeps, and other workstations have to take it', async () => {
    const { secret: old, passphrase } = await office.write(shareSecret);
    await office.read((lake) => acceptSecret(lake, passphrase), 'second');
    const rotated = await office.write((lake) => rotateSecret(lake, 'A laptop was lost'));
    expect(rotated).toMatchObject({ replaces: old, tables: [] });
    expect(rotated.id).not.toBe(old);
    expect(await office.read(async (lake) => [secretsOf(lake).map(({ id }) => id), (await openSecret(lake))?.id])).toEqual([[rotated.id, old], rotated.id]);
    expect((await readdir(join(office.folder, 'profile-first', 'secrets'))).sort()).toEqual([`${old}.json`, `${rotated.id}.json`].sort());
    expect(await office.read(openSecret, 'second')).toBeNull();
    expect(await office.read((lake) => acceptSecret(lake, passphrase), 'second')).toEqual({ id: old, isCurrent: false });
    expect(await keptKey(old)).not.toEqual(await keptKey(rotated.id));
  });
});

describe('a wrapped copy', () => {
  const random = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => i);
  const key = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
  const secret = { id: secretIdOf(key), key };
  const words = 'abacus zoom yo-yo felt-tip onion deed plaza';
  const wrap = (): Promise<WrappedSecret> => wrapSecret(secret, words, { made: '2026-01-02T03:04:05.678Z' as Instant, station: 'b'.repeat(64) as KeyId }, random);

  it('is what scrypt and AES-256-GCM of another program give for the same words', async () => {
    // hashlib.scrypt, and AESGCM of the package cryptography, of Python 3.
    expect(await wrap()).toEqual({
      v: 1,
      secret: 'e35f04025f4a2e4e0f6d4c411d905f99',
      made: '2026-01-02T03:04:05.678Z',
      station: 'b'.repeat(64),
      kdf: { name: 'scrypt', n: 131_072, r: 8, p: 1, salt: 'AAECAwQFBgcICQoLDA0ODw==' },
      cipher: { name: 'aes-256-gcm', nonce: 'AAECAwQFBgcICQoL' },
      sealed: 'pIT6wayfPQVvkHweuUfQ4ZOw3VmEAMCchxTrqDrdD+XrgK6xEEPiFVuheIMOi24e',
    });
  });

  it('opens with its words only, and not where anything of it was changed', async () => {
    const wrapped = await wrap();
    expect(await unwrapSecret(wrapped, words)).toEqual(secret);
    expect(await unwrapSecret(wrapped, `${words}s`)).toBeNull();
    expect(await unwrapSecret({ ...wrapped, made: '2026-01-02T03:04:05.679Z' as Instant }, words)).toBeNull();
    expect(await unwrapSecret({ ...wrapped, station: 'c'.repeat(64) as KeyId }, words)).toBeNull();
    expect(await unwrapSecret({ ...wrapped, secret: '0'.repeat(32) }, words)).toBeNull();
    expect(await unwrapSecret({ ...wrapped, sealed: Buffer.from(wrapped.sealed, 'base64').subarray(0, 36).toString('base64') }, words)).toBeNull();
  });
});

describe('the seven words', () => {
  it('are of the list of the EFF, which has 7,776 different ones', () => {
    expect([effWords.length, new Set(effWords).size, effWords[0], effWords[7_775]]).toEqual([7_776, 7_776, 'abacus', 'zoom']);
    const words = newPassphrase(systemClock.random).split(' ');
    expect(words).toHaveLength(7);
    expect(words.filter((word) => !effWords.includes(word))).toEqual([]);
  });

  it('have each the same chance: of two random bytes those beyond the last whole round are not used', () => {
    const drawn = [[0xff, 0xff], [0xf3, 0x00], ...Array.from({ length: 7 }, (_, i) => [0, i])];
    expect(newPassphrase(() => Uint8Array.from(drawn.shift() ?? []))).toBe(effWords.slice(0, 7).join(' '));
  });
});
