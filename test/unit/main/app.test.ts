import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { serveWire } from '../../../src/contract/wire/index.ts';
import type { WireMessage } from '../../../src/contract/wire/index.ts';
import { startApp } from '../../../src/main/app.ts';
import { helperOptions } from '../../../src/main/helpers.ts';
import { menuTemplate } from '../../../src/main/menu.ts';
import { waitBeforeRestart } from '../../../src/main/restarts.ts';
import { stoppedPage } from '../../../src/main/stopped-page.ts';
import { boundsOf, readPlace } from '../../../src/main/window-place.ts';
import { FakeContents, fakeElectron } from './fake-electron.ts';
import type { FakePort, FakeProcess } from './fake-electron.ts';

const folder = mkdtempSync(join(tmpdir(), 'hms-main-'));
const screens = join(folder, 'screens');
mkdirSync(join(screens, 'assets'), { recursive: true });
writeFileSync(join(screens, 'index.html'), '<!doctype html><title>HMS-DTA</title>');
writeFileSync(join(folder, 'secret.js'), 'secret');
afterAll(() => rmSync(folder, { recursive: true }));

const parts = { preload: '/out/preload/index.cjs', bundle: '/out/bundle', screens };

async function started(options: Parameters<typeof fakeElectron>[0] = {}): Promise<ReturnType<typeof fakeElectron>> {
  const fake = fakeElectron(options);
  startApp(fake.electron, parts, { HOME: '/home/ana', NODE_OPTIONS: '--inspect' }, 'linux');
  await turn();
  return fake;
}

/** Lets the engine's end of the wire answer. */
function answering(child: FakeProcess | undefined, handler: (request: Request) => Promise<Response>): void {
  const port = child?.received.find(({ message }) => message.type === 'attach')?.ports[0] as FakePort;
  serveWire(
    {
      post: (message) => port.postMessage(message),
      listen: (listener) => void port.on('message', ({ data }: { data: WireMessage }) => listener(data)),
      onClose: (listener) => void port.on('close', listener),
    },
    handler,
  );
}

beforeEach(() => {
  vi.useRealTimers();
});

describe('the main process', () => {
  it('closes everything before it is ready, starts the engine after, and opens one window of our own page', async () => {
    const { order, forks, windows, app } = await started();
    expect(order).toEqual(['sandbox', 'schemes', 'ready', 'fork']);
    expect(forks).toEqual([[join(parts.bundle, 'window-engine.cjs'), [], { serviceName: 'HMS-DTA engine', execArgv: ['--js-flags=--max-semi-space-size=4'], stdio: ['ignore', 'ignore', 'pipe'], env: { HOME: '/home/ana', UV_THREADPOOL_SIZE: '24' } }]]);
    expect(windows.map(({ loadURL }) => loadURL.mock.calls)).toEqual([[['app://hms/']]]);
    expect(app.quit).not.toHaveBeenCalled();
  });

  it('leaves the place to the window that is open', async () => {
    const second = await started({ isFirst: false });
    expect([second.order, second.windows.length, second.app.quit.mock.calls.length]).toEqual([[], 0, 1]);
    const first = await started();
    first.app.emit('second-instance');
    expect(first.windows[0]?.focus).toHaveBeenCalledOnce();
  });

  it('keeps every page where it is', async () => {
    const { app } = await started();
    const contents = new FakeContents();
    app.emit('web-contents-created', {}, contents);
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      const event = { preventDefault: vi.fn() };
      contents.emit(name, event, 'https://example.gov/');
      expect([name, event.preventDefault.mock.calls.length]).toEqual([name, 1]);
    }
    expect(contents.openHandler?.()).toEqual({ action: 'deny' });
  });

  it('closes the session: permissions, devices, screens, requests, dictionaries', async () => {
    const { session } = await started();
    const call = (name: string, ...given: unknown[]): unknown => (session.handlers.get(name) as (...all: unknown[]) => unknown)(...given);
    const answer = vi.fn();
    call('permission', {}, 'media', answer, { requestingUrl: 'app://hms/' });
    call('permission', {}, 'clipboard-sanitized-write', answer, { requestingUrl: 'app://hms/' });
    call('display', {}, answer);
    call('request', { url: 'https://example.gov/' }, answer);
    call('request', { url: 'app://hms/index.html' }, answer);
    expect(answer.mock.calls).toEqual([[false], [true], [{}], [{ cancel: true }], [{ cancel: false }]]);
    expect([call('check', {}, 'geolocation', 'app://hms'), call('device', {})]).toEqual([false, false]);
    expect(session.setSpellCheckerEnabled).toHaveBeenCalledExactlyOnceWith(false);
  });

  it('answers dialogs to our page, and refuses others and arguments that are none', async () => {
    const { ipc, electron } = await started();
    const ours = { senderFrame: { url: 'app://hms/', parent: null } };
    const call = (channel: string, event: unknown, given: unknown): Promise<unknown> => (ipc.get(channel) as (event: unknown, given: unknown) => Promise<unknown>)(event, given);
    expect(await call('hms:choose-folder', ours, { title: 'Open a lake' })).toBe('/records/a');
    expect(await call('hms:choose-files', ours, { title: 'Put files' })).toEqual(['/records/a', '/records/b']);
    expect(await call('hms:save-as', ours, { title: 'Export', proposed: 'WF.zip' })).toBeNull();
    await call('hms:reveal', ours, '/records/a');
    expect(electron.shell.showItemInFolder).toHaveBeenCalledExactlyOnceWith('/records/a');
    for (const event of [{ senderFrame: null }, { senderFrame: { url: 'https://example.gov/', parent: null } }, { senderFrame: { url: 'app://hms/', parent: {} } }]) await expect(call('hms:reveal', event, '/records/a')).rejects.toThrow('refused');
    for (const given of ['relative', '/x\0y', 7, null, { path: '/x' }]) await expect(call('hms:reveal', ours, given)).rejects.toThrow();
    await expect(call('hms:choose-folder', ours, { title: 7 })).rejects.toThrow();
    expect([...ipc.keys()].every((channel) => channel.startsWith('hms:'))).toBe(true);
  });
});

describe('app://hms', () => {
  it('gives files of the screens with the policy, and nothing else', async () => {
    const { scheme } = await started();
    const page = await scheme()(new Request('app://hms/datasets/WF'));
    expect([page.status, page.headers.get('content-type'), page.headers.get('x-content-type-options')]).toEqual([200, 'text/html; charset=utf-8', 'nosniff']);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    for (const address of ['app://hms/assets/none-12345678.js', 'app://hms/%2e%2e/secret.js', 'app://hms/assets/..%2f..%2fsecret.js']) expect((await scheme()(new Request(address))).status).toBe(404);
    expect((await scheme()(new Request('app://evil/index.html'))).status).toBe(403);
    expect((await scheme()(new Request('app://hms/index.html', { method: 'POST' }))).status).toBe(405);
  });

  it('answers no page from elsewhere', async () => {
    const { scheme } = await started();
    const foreign = Object.assign(new Request('app://hms/api/dta/datasets'), { initiatorOrigin: 'https://example.gov' });
    expect((await scheme()(foreign)).status).toBe(403);
    const opaque = Object.assign(new Request('app://hms/'), { initiatorOrigin: 'null' });
    expect((await scheme()(opaque)).status).toBe(403);
  });

  it('brings requests to the engine and its answers back', async () => {
    const { scheme, processes } = await started();
    answering(processes[0], async (request) => Response.json({ url: request.url, sent: await request.text() }, { status: 201 }));
    const response = await scheme()(new Request('app://hms/api/dta/lakes', { method: 'POST', body: 'x' }));
    expect([response.status, await response.json()]).toEqual([201, { url: 'app://hms/api/dta/lakes', sent: 'x' }]);
  });

  it('says as a problem that the engine is gone, to calls that wait and to those that come before the next one runs', async () => {
    const { scheme, processes } = await started();
    answering(processes[0], () => new Promise(() => undefined));
    const waiting = scheme()(new Request('app://hms/api/dta/datasets'));
    await turn();
    processes[0]?.emit('exit', 9);
    const told = await waiting;
    expect([told.status, told.headers.get('content-type'), await told.json()]).toEqual([503, 'application/problem+json', expect.objectContaining({ code: 'ENGINE_LOST' })]);
    expect((await scheme()(new Request('app://hms/api/dta/datasets'))).status).toBe(503);
  });
});

describe('the engine that ends', () => {
  it('is started again three times in five minutes, later each time, and then not any more', () => {
    expect(waitBeforeRestart([0])).toBe(250);
    expect(waitBeforeRestart([0, 10_000])).toBe(2_000);
    expect(waitBeforeRestart([0, 10_000, 20_000])).toBe(10_000);
    expect(waitBeforeRestart([0, 10_000, 20_000, 40_000])).toBeNull();
    expect(waitBeforeRestart([0, 10_000, 20_000, 310_001])).toBe(2_000);
    expect(waitBeforeRestart([0, 400_000])).toBe(250);
  });

  it('is followed by another, which hears what the first said last, and the page is told', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { processes, windows } = await started();
    processes[0]?.emit('message', { type: 'ready', log: '/p/logs/engine.log' });
    processes[0]?.stderr.emit('data', Buffer.from('out of memory'));
    processes[0]?.emit('exit', 134);
    expect(processes.length).toBe(1);
    vi.advanceTimersByTime(250);
    expect(processes.length).toBe(2);
    expect(processes[1]?.received.map(({ message }) => message)).toEqual([{ type: 'note', words: 'The engine before this one ended: out of memory' }, { type: 'attach' }]);
    expect(windows[0]?.webContents.send.mock.calls).toEqual([['hms:engine', 'running'], ['hms:engine', 'lost'], ['hms:engine', 'starting']]);
  });

  it('leaves a plain page with the log when it ended too often', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { processes, windows, scheme } = await started();
    processes[0]?.emit('message', { type: 'ready', log: '/p/logs/engine.log' });
    for (let at = 0; at < 4; at++) {
      processes[at]?.emit('exit', 1);
      vi.advanceTimersByTime(10_000);
    }
    expect(processes.length).toBe(4);
    expect(windows[0]?.loadURL.mock.lastCall).toEqual(['app://hms/stopped']);
    expect(await (await scheme()(new Request('app://hms/stopped'))).text()).toContain('/p/logs/engine.log');
  });

  it('shows what it said as text', () => {
    expect(stoppedPage({ log: '/a&b', words: '<script>x</script>' })).toContain('<pre>&lt;script&gt;x&lt;/script&gt;</pre>');
    expect(stoppedPage({ log: null, words: '' })).not.toContain('<pre>');
  });

  it('comes to a safe place before the program ends', async () => {
    const { app, processes } = await started();
    const event = { preventDefault: vi.fn() };
    app.emit('before-quit', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
    expect(processes[0]?.received.at(-1)?.message).toEqual({ type: 'drain', ms: 15_000 });
    const quitting = once(Object.assign(new EventEmitter(), { x: 1 }), 'never', { signal: AbortSignal.timeout(20) }).catch(() => undefined);
    processes[0]?.emit('message', { type: 'drained' });
    await quitting;
    expect([processes[0]?.kill.mock.calls.length, app.quit.mock.calls.length, processes.length]).toEqual([1, 1, 1]);
    const again = { preventDefault: vi.fn() };
    app.emit('before-quit', again);
    expect(again.preventDefault).not.toHaveBeenCalled();
  });
});

describe('a process that the engine asks for', () => {
  const environment = { TZ: 'UTC' };
  const room = ['--js-flags=--max-semi-space-size=4'];

  it('is one of two files, without the environment, arguments and streams of anyone', async () => {
    const { forks, processes } = await started();
    processes[0]?.emit('message', { type: 'helper.start', id: 1, name: 'query' });
    processes[0]?.emit('message', { type: 'helper.start', id: 2, name: 'probe' });
    expect(forks.slice(1)).toEqual([
      ['/out/bundle/child.cjs', [], { serviceName: 'HMS-DTA query', execArgv: room, stdio: 'ignore', env: environment }],
      ['/out/bundle/probe.cjs', [], { serviceName: 'HMS-DTA share probe', execArgv: room, stdio: 'ignore', env: environment }],
    ]);
    expect(helperOptions('x', { SystemRoot: 'C:\\Windows', PATH: '/x', HMS_PASSPHRASE: 'secret' }).env).toEqual({ TZ: 'UTC', SystemRoot: 'C:\\Windows' });
  });

  it('cannot be another, however it is asked for', async () => {
    const { forks, processes } = await started();
    for (const name of ['window-engine', '../../tmp/evil', '/tmp/evil.cjs', 'child', '__proto__', 'constructor', '', null, 7, { name: 'query' }, ['query']]) {
      processes[0]?.emit('message', { type: 'helper.start', id: 1, name });
    }
    for (const id of [null, 'one', 1.5, undefined]) processes[0]?.emit('message', { type: 'helper.start', id, name: 'query' });
    expect(forks.length).toBe(1);
  });

  it('gets one end of a port and the engine the other when it is up, and is ended when the engine says so', async () => {
    const { processes } = await started();
    const [engine] = processes;
    engine?.emit('message', { type: 'helper.start', id: 5, name: 'query' });
    // The same number again starts nothing.
    engine?.emit('message', { type: 'helper.start', id: 5, name: 'query' });
    expect(processes.length).toBe(2);
    const helper = processes[1];
    expect(helper?.received).toEqual([]);
    helper?.comesUp(4711);
    const told = engine?.received.at(-1);
    expect(told?.message).toEqual({ type: 'helper.started', id: 5, pid: 4711 });
    expect(told?.ports[0]?.other).toBe(helper?.received[0]?.ports[0]);
    expect(helper?.received.length).toBe(1);
    engine?.emit('message', { type: 'helper.end', id: 5 });
    expect(helper?.kill).toHaveBeenCalledOnce();
    await turn();
    await turn();
    expect(engine?.received.at(-1)).toEqual({ message: { type: 'helper.ended', id: 5, how: 'exit code 1' }, ports: [] });
  });

  it('that ends by itself, even with an error of the runtime, is told of once', async () => {
    const { processes } = await started();
    const [engine] = processes;
    engine?.emit('message', { type: 'helper.start', id: 1, name: 'query' });
    processes[1]?.comesUp(4711);
    processes[1]?.emit('error', 'FatalError', 'v8::Isolate', '{}');
    processes[1]?.emit('exit', 134);
    processes[1]?.emit('exit', 134);
    expect(engine?.received.filter(({ message }) => message.type === 'helper.ended')).toEqual([{ message: { type: 'helper.ended', id: 1, how: 'exit code 134' }, ports: [] }]);
  });

  it('that does not come up is told of, and ended should it come later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { processes } = await started();
    const [engine] = processes;
    engine?.emit('message', { type: 'helper.start', id: 1, name: 'probe' });
    vi.advanceTimersByTime(30_000);
    expect(engine?.received.at(-1)?.message).toEqual({ type: 'helper.ended', id: 1, how: 'not started within 30 s' });
    processes[1]?.comesUp(4711);
    expect([processes[1]?.kill.mock.calls.length, processes[1]?.received.length]).toEqual([1, 0]);
  });

  it('ends with its engine, and the next engine does not hear of it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { processes } = await started();
    processes[0]?.emit('message', { type: 'helper.start', id: 1, name: 'query' });
    processes[1]?.comesUp(4711);
    processes[0]?.emit('exit', 9);
    expect(processes[1]?.kill).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(250);
    processes[1]?.emit('exit', 15);
    expect(processes[2]?.received.map(({ message }) => message.type)).toEqual(['note', 'attach']);
    // Numbers begin anew with an engine.
    processes[2]?.emit('message', { type: 'helper.start', id: 1, name: 'query' });
    expect(processes.length).toBe(4);
  });

  it('does not take the engine down with an error of the runtime', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { processes } = await started();
    processes[0]?.emit('error', 'FatalError', 'v8::Isolate', '{}');
    processes[0]?.emit('exit', 134);
    vi.advanceTimersByTime(250);
    expect(processes[1]?.received[0]?.message).toEqual({ type: 'note', words: 'The engine before this one ended: FatalError at v8::Isolate\n' });
  });
});

describe('the window', () => {
  const displays = [{ workArea: { x: 0, y: 0, width: 1_920, height: 1_080 } }];
  const state = { x: 100, y: 50, width: 1_400, height: 900, maximized: false };

  it('opens where it was left, where that can still be seen', () => {
    expect(boundsOf(state, displays)).toEqual({ x: 100, y: 50, width: 1_400, height: 900 });
    expect(boundsOf({ ...state, x: 5_000 }, displays)).toEqual({ width: 1_400, height: 900 });
    expect(boundsOf(null, displays)).toEqual({ width: 1_280, height: 800 });
  });

  it('takes a place that says nothing useful for none', () => {
    const file = join(folder, 'window.json');
    expect(readPlace(join(folder, 'none.json'))).toBeNull();
    for (const text of ['', '{', '{"x":1}', JSON.stringify({ ...state, width: -5 })]) {
      writeFileSync(file, text);
      expect(readPlace(file)).toBeNull();
    }
    writeFileSync(file, JSON.stringify(state));
    expect(readPlace(file)).toEqual(state);
  });

  it('tells the engine, which writes files, where it is left', async () => {
    const { windows, processes } = await started({ userData: folder });
    windows[0]?.emit('close');
    expect(processes[0]?.received.at(-1)?.message).toEqual({ type: 'remember', file: join(folder, 'window.json'), state: { x: 10, y: 20, width: 1_000, height: 700, maximized: false } });
  });

  it('has a menu by the conventions of each system', () => {
    const chosen: string[] = [];
    const of = (platform: NodeJS.Platform): unknown[] => menuTemplate(platform, false, (command) => chosen.push(command)).map(({ label, role }) => label ?? role);
    expect(of('win32')).toEqual(['&File', '&Edit', '&View', '&Go', '&Help']);
    expect(of('darwin')).toEqual(['HMS-DTA', 'File', 'Edit', 'View', 'Go', 'windowMenu', 'Help']);
    const text = JSON.stringify(menuTemplate('win32', false, () => undefined));
    expect(text).not.toContain('toggleDevTools');
    expect(text).not.toContain('"reload"');
    expect(JSON.stringify(menuTemplate('win32', true, () => undefined))).toContain('toggleDevTools');
    const keys = [...text.matchAll(/"accelerator":"([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
