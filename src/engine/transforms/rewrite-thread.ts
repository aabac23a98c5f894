import { parentPort, workerData } from 'node:worker_threads';
import { jsonTable } from './json-table.ts';
import { keepRows } from './keep.ts';
import { plainRows, utf8Only } from './plain-table.ts';
import { redactFile } from './redact.ts';
import { FileRefusal, Stopped } from './refusal.ts';
import { Rows } from './rows.ts';
import { Sink } from './sink.ts';
import type { PieceTaker } from './sink.ts';
import { SourceReader } from './source-reader.ts';
import type { ReadWatch } from './source-reader.ts';
import { FREED, PIECE_BYTES, SLOTS, STOP } from './thread-protocol.ts';
import type { FileDone, FileJob, ThreadAnswer, ThreadSetup } from './thread-protocol.ts';
import { trimRows } from './trim.ts';

/** Entry of the thread that reads and rewrites files: it blocks, so that the thread that started it does not. */

const PROGRESS_MS = 100;
const WAIT_MS = 500;
const nothing: FileDone = { rows: 0, ragged: 0, found: 0, table: null };

function serve({ pieces, counters }: ThreadSetup, answer: (it: ThreadAnswer) => void): (job: FileJob) => void {
  const count = new Int32Array(counters);
  const stopped = (): boolean => Atomics.load(count, STOP) !== 0;
  let given = 0;

  const taker: PieceTaker = {
    room() {
      for (let freed = Atomics.load(count, FREED); given - freed >= SLOTS; freed = Atomics.load(count, FREED)) {
        if (stopped()) throw new Stopped();
        Atomics.wait(count, FREED, freed, WAIT_MS);
      }
      return new Uint8Array(pieces, (given % SLOTS) * PIECE_BYTES, PIECE_BYTES);
    },
    give(length) {
      answer({ is: 'piece', slot: given % SLOTS, length });
      given++;
    },
  };

  let unsaid = 0;
  let lastSaid = performance.now();
  const watch: ReadWatch = {
    stopped,
    progressed(bytes) {
      unsaid += bytes;
      if (performance.now() - lastSaid < PROGRESS_MS) return;
      say();
    },
  };
  const say = (): void => {
    answer({ is: 'read', bytes: unsaid });
    unsaid = 0;
    lastSaid = performance.now();
  };

  return (job) => {
    try {
      const done = work(job, watch, taker);
      say();
      answer({ is: 'done', done });
    } catch (error) {
      answer(wordsOf(error));
    }
  };
}

function work(job: FileJob, watch: ReadWatch, taker: PieceTaker): FileDone {
  switch (job.do) {
    case 'trim':
      return withRows(job, job.columns, watch, taker, (rows, sink) => ({ ...nothing, rows: trimRows(rows, job.columns, job.source.path, sink) }));
    case 'keep':
      return withRows(job, [], watch, taker, (rows, sink) => ({ ...nothing, rows: keepRows(rows, job.kept, sink) }));
    case 'plain':
      return withRows(job, job.wish.columns ?? [], watch, taker, (rows, sink) => {
        const table = plainRows(rows, job.wish, job.source.path, sink);
        return { ...nothing, rows: table.rows, table };
      });
    case 'jsonTable':
      return withSink(taker, (sink) => {
        const table = jsonTable(job.source, job.as, watch, sink);
        return { ...nothing, rows: table.rows, table };
      });
    case 'redact':
      return withSink(taker, (sink) => ({ ...nothing, found: redactFile(job.source, job.wish, watch, sink) }));
    case 'check': {
      const reader = new SourceReader(job.source, watch);
      try {
        reader.finish();
      } finally {
        reader.close();
      }
      return nothing;
    }
  }
}

type CsvJob = Extract<FileJob, { reading: unknown }>;

function withRows(job: CsvJob, wanted: readonly string[], watch: ReadWatch, taker: PieceTaker, write: (rows: Rows, sink: Sink) => FileDone): FileDone {
  const { path } = job.source;
  const check = utf8Only(path);
  // Only who decodes the text needs it to be what it is taken for.
  const rows: Rows = new Rows(job.source, job.reading, wanted, watch, (bytes, line) => {
    if (job.do === 'plain' && rows.dialect.encoding === 'utf-8') check(bytes, line);
  });
  try {
    return withSink(taker, (sink) => {
      const done = write(rows, sink);
      rows.finish();
      return { ...done, ragged: rows.ragged };
    });
  } finally {
    rows.close();
  }
}

function withSink(taker: PieceTaker, write: (sink: Sink) => FileDone): FileDone {
  const sink = new Sink(taker);
  const done = write(sink);
  sink.end();
  return done;
}

/** What goes wrong as expected is an answer; anything else is a bug and ends the thread. */
function wordsOf(error: unknown): ThreadAnswer {
  if (error instanceof FileRefusal) return { is: 'refused', code: error.code, message: error.message, next: error.next };
  if (error instanceof Stopped) return { is: 'stopped' };
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
  return { is: 'failed', message: error.message, code: error.code, path: 'path' in error && typeof error.path === 'string' ? error.path : null };
}

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread; it does nothing by itself.');
port.on('message', serve(workerData as ThreadSetup, (it) => port.postMessage(it)));
