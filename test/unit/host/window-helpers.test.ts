import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UtilityProcess } from 'electron/main';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FromEngine, ToEngine } from '../../../src/contract/engine-messages.ts';
import type { HelperName } from '../../../src/contract/helper-process.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import { durableOn, placeOf, probePlace, systemDisk } from '../../../src/engine/lake/index.ts';
import type { Spawner } from '../../../src/engine/lake/index.ts';
import { QueryProcesses, systemProbe } from '../../../src/engine/query/index.ts';
import { windowHelpers } from '../../../src/host/window-helpers.ts';
import { helpersOf } from '../../../src/main/helpers.ts';
import { electronChannel, utilityStandIn } from '../../builders/utility-process.ts';
import type { ElectronPort } from '../../builders/utility-process.ts';
import { Desk, never } from '../engine/query/desk.ts';

/** The real query process and the real probe, started through the main process's part as in the window; only Electron itself is a stand-in. */

const files: Readonly<Record<HelperName, URL>> = { query: new URL('../../../src/engine/query/child.ts', import.meta.url), probe: new URL('../../../src/engine/workers/probe.ts', import.meta.url) };

interface Window {
  readonly spawner: Spawner;
  readonly started: UtilityProcess[];
  /** The engine's process ends. */
  engineEnds(): void;
}

function window(): Window {
  const started: UtilityProcess[] = [];
  const engine = windowHelpers((message) => {
    const parsed = FromEngine.parse(structuredClone(message));
    if (parsed.type === 'helper.start' || parsed.type === 'helper.end') main.take(parsed);
  });
  const main = helpersOf({
    fork: (name) => {
      const child = utilityStandIn(files[name]);
      started.push(child);
      return child;
    },
    newChannel: electronChannel,
    later: (work, ms) => void setTimeout(work, ms).unref(),
    tell: (message, ports) => {
      const parsed = ToEngine.parse(structuredClone(message));
      if (parsed.type === 'helper.started' || parsed.type === 'helper.ended') engine.take(parsed, ports[0] as unknown as ElectronPort);
    },
  });
  return { spawner: engine.spawner, started, engineEnds: () => main.endAll() };
}

describe('statements in the window', () => {
  const { spawner, started } = window();
  const desk = new Desk({ memoryBytes: 2 ** 30, ms: null }, spawner);
  beforeAll(() => desk.open());
  afterAll(() => desk.close());

  it('are answered by a process that the main process started', async () => {
    expect(await desk.rows('FROM "sensor.csv"')).toEqual([['2024-07-04', '91.5'], ['2024-07-05', null], ['007', '']]);
    expect(started.length).toBe(1);
  });

  it('stream as far as they are read, whole numbers in arrays of their own', async () => {
    let rows = 0;
    for await (const part of desk.session.select('SELECT range::INTEGER AS n FROM range(100000)', never)) {
      if (!('rows' in part)) continue;
      expect(part.columns[0]).toBeInstanceOf(Int32Array);
      rows += part.rows;
    }
    expect(rows).toBe(100_000);
  });

  it('stop when they are cancelled, the process with them only where it does not listen', async () => {
    const running = started.length;
    for (const [sql, processes] of [
      ['SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1', 0],
      [`SELECT levenshtein(repeat('ab', 400000), repeat('ba', 400000))`, 1],
    ] as const) {
      const control = new AbortController();
      setTimeout(() => control.abort(), 150);
      await expect(desk.rows(sql, control.signal)).rejects.toMatchObject({ name: 'CancelledError' });
      expect(await desk.rows('SELECT 1')).toEqual([[1]]);
      expect(started.length - running).toBe(processes);
    }
  });
});

describe('a process of the window', () => {
  const wait = (work: () => boolean): Promise<void> => expect.poll(work, { timeout: 10_000 }).toBe(true);

  it('is watched from outside, and stopped where it takes too much memory', async () => {
    const { spawner, started } = window();
    const desk = new Desk({ memoryBytes: 350 * 2 ** 20, ms: null }, spawner);
    await desk.open();
    await expect(desk.rows('SELECT length(list_transform(range(2000000000), x -> x + 1))')).rejects.toMatchObject({ code: 'QUERY_STOPPED', message: expect.stringContaining('350 MB') as string });
    expect(await desk.rows('SELECT 1')).toEqual([[1]]);
    expect(started.map(({ pid }) => pid === undefined)).toEqual([true, false]);
    await desk.close();
  });

  it('is known by its number when it is ready, and is gone when it is closed', async () => {
    const { spawner, started } = window();
    const one = new QueryProcesses({ spawner }).take();
    await one.ready();
    const { pid } = one;
    expect(pid).toBe(started[0]?.pid);
    expect(await systemProbe().look(pid)).toBeGreaterThan(20 * 2 ** 20);
    await one.close();
    expect(await systemProbe().look(pid)).toBeNull();
  });

  it('that is ended from elsewhere is told of in words', async () => {
    const { spawner } = window();
    const one = new QueryProcesses({ spawner }).take();
    await one.ready();
    process.kill(one.pid, 'SIGKILL');
    await expect(one.judge('SELECT 1', null, never)).rejects.toMatchObject({ code: 'QUERY_FAILED', message: 'The process that runs statements ended unexpectedly (exit code 9).' });
    expect(one.isGone).toBe(true);
  });

  it('that is not wanted any more before it is there, is ended when it comes', async () => {
    const { spawner, started } = window();
    const one = new QueryProcesses({ spawner }).take();
    const exited = once(started[0] as unknown as EventEmitter, 'exit');
    await one.close();
    expect([one.isGone, one.pid]).toEqual([true, 0]);
    expect(await exited).toEqual([15]);
  });

  it('does not outlive the engine', async () => {
    const { spawner, started, engineEnds } = window();
    const one = new QueryProcesses({ spawner }).take();
    await one.ready();
    engineEnds();
    await wait(() => started[0]?.pid === undefined);
    expect(await systemProbe().look(one.pid)).toBeNull();
  });
});

describe('the probe of a place in the window', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hms-window-probe-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lets two processes race, and ends both', async () => {
    const { spawner, started } = window();
    const durable = durableOn(systemDisk, await placeOf(folder), systemClock);
    const probe = await probePlace(folder, 60, durable, systemClock, spawner);
    expect(probe).toMatchObject({ exclusiveRename: true, rounds: 60 });
    expect(probe.wins[0] + probe.wins[1]).toBe(60);
    expect(started.length).toBe(2);
    await expect.poll(() => started.map(({ pid }) => pid), { timeout: 10_000 }).toEqual([undefined, undefined]);
  });

  it('says why where it cannot be run', async () => {
    const { spawner } = window();
    const durable = durableOn(systemDisk, await placeOf(folder), systemClock);
    const broken: Spawner = (program, events) => {
      const child = spawner(program, events);
      return { pid: 0, send: () => child.send({ folder: join(folder, 'none'), name: 'a', rounds: 1 }), kill: () => child.kill() };
    };
    await expect(probePlace(folder, 5, durable, systemClock, broken)).rejects.toThrow('ENOENT');
  });
});
