import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ended, hmsFile as hms, Office } from './office.ts';

const office = new Office();
afterAll(() => office.remove());

const env = { ...process.env, HMS_PROFILE: join(office.folder, 'served'), HMS_HOME: join(office.folder, 'home'), HMS_LAKE: '' };

describe('hms dta serve', () => {
  it('answers with the token that it names, and ends cleanly on Ctrl-C with its files gone', async (ctx) => {
    ctx.skip(process.platform === 'win32', 'Windows has no signals');
    const child = spawn(process.execPath, [hms, 'dta', 'serve', '--ui', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const told = JSON.parse(line) as { url: string; api: string; tokenFile: string };
    const token = readFileSync(told.tokenFile, 'utf8').trim();
    expect(told.url).toBe(`${new URL(told.api).origin}/#token=${token}`);
    const about = await fetch(`${told.api}/about`, { headers: { authorization: `Bearer ${token}` } });
    expect(await about.json()).toMatchObject({ product: 'HMS-DTA', localPaths: false, home: join(office.folder, 'home') });
    expect((await fetch(`${told.api}/about`)).status).toBe(401);
    const made = await fetch(`${told.api}/lakes`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ name: 'Office', zone: 'UTC' }) });
    expect(made.status).toBe(201);
    // A page that listens does not keep the program from ending.
    const events = await fetch(new URL('/api/events', told.api), { headers: { authorization: `Bearer ${token}` } });
    expect(events.status).toBe(200);
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    expect(existsSync(told.tokenFile)).toBe(false);
    await events.text().catch(() => undefined);
    expect(existsSync(join(office.folder, 'home', 'Office', 'lake.json'))).toBe(true);
  });

  it('says what to do where no lake is named and no screens are asked for', async () => {
    const { code, err } = await ended(spawn(process.execPath, [hms, 'dta', 'serve'], { env }));
    expect([code, err]).toEqual([2, expect.stringContaining('--ui')]);
  });

  it('says which port is no port', async () => {
    const { code, err } = await ended(spawn(process.execPath, [hms, 'dta', 'serve', '--ui', '--port', '70000'], { env }));
    expect([code, err]).toEqual([2, expect.stringContaining('0 to 65535')]);
  });
});
