import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Spawner } from '../../../../src/engine/lake/index.ts';
import { QueryProcesses, systemProbe } from '../../../../src/engine/query/index.ts';
import { Desk, never } from './desk.ts';

const desk = new Desk({ memoryBytes: 2 ** 30, ms: null });
beforeAll(() => desk.open());
afterAll(() => desk.close());

describe('statements', () => {
  it('see the table that was given: empty fields are NULL, quoted empty ones are empty texts', async () => {
    expect(await desk.rows('FROM "sensor.csv"')).toEqual([['2024-07-04', '91.5'], ['2024-07-05', null], ['007', '']]);
    expect(await desk.rows(`SELECT temp FROM 'sensor.csv' WHERE day = '007'`)).toEqual([['']]);
  });

  it('may be VALUES, FROM, DESCRIBE, SUMMARIZE and EXPLAIN of a SELECT, with comments and a semicolon', async () => {
    expect(await desk.rows('VALUES (1), (2)')).toEqual([[1], [2]]);
    expect((await desk.rows('DESCRIBE "sensor.csv"')).map(([name, type]) => [name, type])).toEqual([['day', 'VARCHAR'], ['temp', 'VARCHAR']]);
    expect((await desk.rows('SUMMARIZE "sensor.csv"')).map(([name]) => name)).toEqual(['day', 'temp']);
    expect(String((await desk.rows('EXPLAIN SELECT day FROM "sensor.csv"'))[0]?.[1])).toContain('READ_CSV');
    expect(await desk.rows('/* one */ SELECT 1 -- two\n;')).toEqual([[1]]);
    expect(await desk.rows('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n')).toEqual([[1], [2], [3]]);
    expect(await desk.rows('SELECT count(*)::INTEGER FROM range(10) UNION ALL SELECT unnest([7, 8])')).toEqual([[10], [7], [8]]);
  });

  it('give whole numbers, texts and NULL as they are, and large numbers as text', async () => {
    const [row] = await desk.rows(`SELECT 1::INTEGER, 9007199254740993, 1.50::DECIMAL(5,2), true, NULL, DATE '2024-07-04', [1, 2]`);
    expect(row).toEqual([1, '9007199254740993', '1.50', true, null, '2024-07-04', '[1,2]']);
  });

  it('stream: a reader that waits holds them back, and one that leaves off ends them', async () => {
    const large = desk.session.select('SELECT range::INTEGER AS n FROM range(50000000)', never);
    let rows = 0;
    for await (const part of large) {
      if (!('rows' in part)) continue;
      rows += part.rows;
      if (rows > 4_000) break;
    }
    expect(rows).toBeLessThan(10_000);
    expect(await desk.rows('SELECT 1')).toEqual([[1]]);
  });

  it('stop when they are cancelled, with the process where it listens, else without it', async () => {
    const endless = ['SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1', `SELECT levenshtein(repeat('ab', 400000), repeat('ba', 400000))`];
    for (const sql of endless) {
      const control = new AbortController();
      setTimeout(() => control.abort(), 150);
      await expect(desk.rows(sql, control.signal)).rejects.toMatchObject({ name: 'CancelledError' });
      expect(await desk.rows('SELECT 1')).toEqual([[1]]);
    }
  });
});

describe('the process', () => {
  it('that ends by itself is told in words, and the next statement has another', async () => {
    const processes = new QueryProcesses({
      spawner: (_program, events) => {
        setTimeout(() => events.onExit('signal SIGSEGV'), 10);
        return { pid: 1, send: () => undefined, kill: () => events.onExit('killed') };
      },
    });
    await expect(processes.take().judge('SELECT 1', [], never)).rejects.toMatchObject({ code: 'QUERY_FAILED', message: 'The process that runs statements ended unexpectedly (signal SIGSEGV).' });
    await processes.close();
  });

  it('is ended at once where its memory is far beyond the limit, however it answers', async () => {
    const done: string[] = [];
    const processes = new QueryProcesses({
      limits: { memoryBytes: 100, ms: null },
      probe: { look: () => 1_000, every: 5 },
      spawner: (_program, events) => {
        events.onMessage({ is: 'ready', version: 'v0' });
        return { pid: 1, send: (message) => done.push((message as { do: string }).do), kill: () => (done.push('kill'), setTimeout(() => events.onExit('signal SIGKILL'))) };
      },
    });
    await expect(processes.take().judge('SELECT 1', [], never)).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
    expect(done[1]).toBe('kill');
    await processes.close();
  });

  it('is kept in reserve where that is asked for', async () => {
    const processes = new QueryProcesses({ reserve: true });
    const first = processes.take();
    const second = processes.take();
    try {
      expect(await first.ready()).toMatch(/^v\d+\.\d+\.\d+$/);
      await second.ready();
      expect(second.pid).not.toBe(first.pid);
    } finally {
      await Promise.all([first.close(), second.close(), processes.close()]);
    }
  });

  it('is made ready for a question, one for a program that asks once, the next for one that goes on', async () => {
    const said: string[] = [];
    let started = 0;
    const spawner: Spawner = (_program, events) => {
      const pid = (started += 1);
      events.onMessage({ is: 'ready', version: 'v0' });
      return { pid, send: (message) => said.push(`${pid} ${(message as { do: string }).do}`), kill: () => setTimeout(() => events.onExit('signal SIGKILL')) };
    };
    const once = new QueryProcesses({ spawner, questions: 'one' });
    expect(started).toBe(1);
    const first = once.take();
    await vi.waitFor(() => expect(said).toEqual(['1 expect']));
    expect([first.pid, started]).toEqual([1, 1]);
    await once.close();

    const several = new QueryProcesses({ spawner, questions: 'several' });
    expect(started).toBe(1);
    expect(several.take().pid).toBe(2);
    await vi.waitFor(() => expect(started).toBe(3));
    expect(several.take().pid).toBe(3);
    await several.close();
    // Nothing is started for nobody.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(started).toBe(3);
  });

  it('is watched from outside: the probe of this system sees its memory', async () => {
    const processes = new QueryProcesses();
    const one = processes.take();
    try {
      await one.ready();
      expect(await systemProbe().look(one.pid)).toBeGreaterThan(20 * 2 ** 20);
    } finally {
      await one.close();
    }
    expect(await systemProbe().look(one.pid)).toBeNull();
  });
});
