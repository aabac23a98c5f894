import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initLake } from '../../../../src/engine/init.ts';
import { tokensOf } from '../../../../src/engine/token-list.ts';
import { forgetCatalog, openToRead } from '../../../../src/engine/open.ts';
import { lake as lakes } from '../../../../src/sdk/index.ts';

let folder: string;
let options: { readonly folder: string; readonly profile: string };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hms-raw-'));
  options = { folder: join(folder, 'lake'), profile: join(folder, 'profile') };
  await (await initLake({ ...options, zone: 'UTC' })).lake.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function* text(words: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(words));
}

it('drops are put and fetched from TypeScript, and a catalog that is built anew says the same of them', async () => {
  const records = await lakes.open(options.folder, { profile: options.profile });
  const first = await records.raw.put(text('a,b\n1,2\n'), { program: 12, as: 'a.csv', contract: 'belts' });
  const again = await records.raw.put(text('a,b\n1,2\n'), { program: 12, as: 'b.csv' });
  expect([again.rawId, again.duplicate]).toEqual([first.rawId, true]);
  const { stream, ...file } = await records.raw.fetch(first.rawId);
  expect(file).toMatchObject({ program: 12, name: 'a.csv', mediaType: 'text/csv', size: 8, contract: 'belts' });
  expect(await textOf(stream)).toBe('a,b\n1,2\n');
  await expect(records.raw.put(text('x'), { program: 1.5, as: 'x' })).rejects.toMatchObject({ code: 'USAGE' });
  await expect(records.raw.fetch(99)).rejects.toMatchObject({ code: 'RAW_UNKNOWN' });
  await records.close();
  const before = await openToRead(options);
  const fingerprint = before.catalog.fingerprint();
  await before.close();
  await forgetCatalog(options);
  const after = await openToRead(options);
  expect(after.catalog.fingerprint()).toBe(fingerprint);
  await after.close();
});

it('a token of another system is taken with the algorithm of its key, for both audiences, before it expires, for what both allow', async () => {
  const lake = await openToRead(options);
  const station = lake.station?.id ?? ('' as never);
  const tokens = tokensOf({ profile: options.profile, lake: lake.lake.id, station, durable: lake.ledger.context.profileDurable, clock: lake.clock });
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  expect((await tokens.trust('Gateway', 'gw', spki, ['raw:write'])).algorithm).toBe('ES256');
  const audience = [`hms-dta:lake:${lake.lake.id}`, `hms-dta:station:${station}`];
  const made = (aud: string[], seconds: number, scope = 'raw:write query:read'): Promise<string> =>
    new SignJWT({ scope }).setProtectedHeader({ alg: 'ES256', kid: 'gw' }).setSubject('rig 4').setAudience(aud).setExpirationTime(Math.floor(lake.clock.now() / 1000) + seconds).sign(privateKey);
  expect(await tokens.holder(await made(audience, 60))).toMatchObject({ name: 'Gateway: rig 4', scopes: ['raw:write'] });
  expect(await tokens.holder(await made(audience, -30))).toMatchObject({ scopes: ['raw:write'] });
  expect(await tokens.holder(await made(audience, -90))).toMatch(/^The token expired at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, and this computer's clock says \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.$/);
  const unsigned = (header: object): string => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.AA`;
  for (const alg of ['none', 'None', 'NONE']) expect(await tokens.holder(unsigned({ alg }))).toBe('The token says that it is not signed (alg: none). Tokens without a signature are not taken.');
  expect(await tokens.holder(unsigned({ alg: 'HS256' }))).toBe('The token does not say by which key it is signed (kid).');
  expect(await tokens.holder(await made(audience.slice(0, 1), 60))).toBe('The token is not for this lake and this workstation.');
  // The public key as an HMAC secret: the classic confusion of algorithms.
  const confused = await new SignJWT({ scope: 'raw:write' }).setProtectedHeader({ alg: 'HS256', kid: 'gw' }).setAudience(audience).setExpirationTime('1h').sign(Buffer.from(spki));
  expect(await tokens.holder(confused)).toBe('The token is signed by HS256; with this key only ES256 is taken.');
  const { publicKey: weak } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  await expect(tokens.trust('Weak', 'weak', weak.export({ type: 'spki', format: 'pem' }).toString(), ['raw:write'])).rejects.toMatchObject({ code: 'KEY_REFUSED' });
  await tokens.revoke('gw');
  expect(await tokens.holder(await made(audience, 60))).toBe('The token names no key that this workstation takes for this lake.');
  await lake.close();
});
