import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wireFetch } from '../../../src/contract/wire/index.ts';
import { threadWire } from '../../../src/host/wires.ts';
import { electronPort } from '../../builders/utility-process.ts';

/** The engine's process as Electron starts it: its entry, with a stand-in for Electron's ports. */

class ParentPort extends EventEmitter {
  readonly told = new EventEmitter();
  postMessage(message: { readonly type: string }): void {
    this.told.emit(message.type, message);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'hms-window-engine-'));
const parent = new ParentPort();
let ready: unknown;

beforeAll(async () => {
  process.env['HMS_PROFILE'] = join(folder, 'profile');
  process.env['HMS_HOME'] = join(folder, 'home');
  Object.assign(process, { parentPort: parent });
  const said = once(parent.told, 'ready');
  await import('../../../src/host/window-engine.ts');
  [ready] = await said;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('says where its log is when it can be asked', () => {
  expect(ready).toEqual({ type: 'ready', log: join(folder, 'profile', 'logs', 'engine.log') });
});

it('answers the door over the port that it is handed, with paths of this computer', async () => {
  const { port1, port2 } = new MessageChannel();
  parent.emit('message', { data: { type: 'attach' }, ports: [electronPort(port2)] });
  const fetch = wireFetch(threadWire(port1));
  const about = await fetch(new Request('app://hms/api/dta/about'));
  expect([about.status, await about.json()]).toEqual([200, expect.objectContaining({ product: 'HMS-DTA', localPaths: true, home: join(folder, 'home') })]);
  const made = await fetch(new Request('app://hms/api/dta/local/lakes', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ folder: join(folder, 'lake'), zone: 'UTC' }) }));
  expect([made.status, await made.json()]).toEqual([201, expect.objectContaining({ name: 'lake' })]);
  port1.close();
});

it('writes what the window is to remember, and what an engine before it said', async () => {
  const file = join(folder, 'window.json');
  const state = { x: 1, y: 2, width: 1_000, height: 700, maximized: false };
  parent.emit('message', { data: { type: 'remember', file, state }, ports: [] });
  parent.emit('message', { data: { type: 'note', words: 'The engine before this one ended: out of memory' }, ports: [] });
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // Not written yet.
      return '';
    }
  };
  await expect.poll(() => read(file)).toBe(JSON.stringify(state));
  await expect.poll(() => read(join(folder, 'profile', 'logs', 'engine.log'))).toContain('out of memory');
});

it('says when it has come to a safe place', async () => {
  const drained = once(parent.told, 'drained');
  parent.emit('message', { data: { type: 'drain', ms: 1_000 }, ports: [] });
  expect(await drained).toEqual([{ type: 'drained' }]);
});
