import { ProblemError } from '../api/client.ts';
import type { Fetch } from '../api/client.ts';
import { problemType, statusOf, titleOf } from '../api/problem.ts';
import { intake, pump } from './body.ts';
import type { Intake, Pump } from './body.ts';
import type { Wire, WireMessage } from './messages.ts';

type Head = Extract<WireMessage, { type: 'head' }>;

/** What is known of one call until its answer is complete. */
interface Call {
  head(message: Head): void;
  upload: Pump | null;
  body: Intake | null;
  end(): void;
  fail(error: unknown): void;
}

/**
 * `fetch` over a wire. Rejects with `ProblemError` of code ENGINE_LOST where the other end is gone, as the body of an answer that is under way does then; with the
 * signal's reason after an abort. Cancelling the body of an answer stops its work.
 */
export function wireFetch(wire: Wire): Fetch {
  const calls = new Map<number, Call>();
  let lastId = 0;
  let isClosed = false;

  wire.onClose(() => {
    isClosed = true;
    for (const call of [...calls.values()]) call.fail(engineLost());
  });
  wire.listen((message) => {
    const call = calls.get(message.id);
    // What comes for a call that was given up was under way when it was.
    if (call === undefined) return;
    if (message.type === 'head') call.head(message);
    else if (message.type === 'chunk') call.body?.chunk(message.bytes);
    else if (message.type === 'credit') call.upload?.grant(message.bytes);
    else if (message.type === 'stop') call.upload?.cancel(new Error('What is sent is not read any more.'));
    else if (message.type === 'fail') call.fail(new Error(message.message));
    else if (message.type === 'end') call.end();
  });

  return (request) =>
    new Promise((resolve, reject) => {
      const { signal } = request;
      if (isClosed) return reject(engineLost());
      if (signal.aborted) return reject(reasonOf(signal));
      const id = ++lastId;
      const forget = (): void => {
        calls.delete(id);
        signal.removeEventListener('abort', abort);
      };
      const giveUp = (error: unknown): void => {
        forget();
        wire.post({ type: 'abort', id }, []);
        call.upload?.cancel(error);
      };
      const abort = (): void => {
        const error = reasonOf(signal);
        giveUp(error);
        call.body?.fail(error);
        reject(error);
      };
      const call: Call = {
        upload: null,
        body: null,
        head: ({ status, statusText, headers, hasBody }) => {
          const init = { status, statusText, headers: headers.map(([name, value]): [string, string] => [name, value]) };
          if (!hasBody) {
            call.end();
            return resolve(new Response(null, init));
          }
          call.body = intake(
            (bytes) => wire.post({ type: 'credit', id, bytes }, []),
            () => giveUp(new Error('The answer is not wanted any more.')),
          );
          resolve(new Response(call.body.stream, init));
        },
        end: () => {
          forget();
          call.upload?.cancel(new Error('The answer is complete.'));
          call.body?.end();
        },
        fail: (error) => {
          forget();
          call.upload?.cancel(error);
          call.body?.fail(error);
          reject(error);
        },
      };
      calls.set(id, call);
      signal.addEventListener('abort', abort, { once: true });
      wire.post({ type: 'req', id, method: request.method, url: request.url, headers: [...request.headers], hasBody: request.body !== null }, []);
      if (request.body === null) return;
      call.upload = pump(request.body, {
        chunk: (bytes) => wire.post({ type: 'chunk', id, bytes }, [bytes.buffer]),
        end: () => wire.post({ type: 'end', id }, []),
        fail: (error) => {
          wire.post({ type: 'fail', id, message: 'What was sent broke off.' }, []);
          call.fail(error);
        },
      });
    });
}

/** The engine's process is gone. */
export function engineLost(): ProblemError {
  return new ProblemError({
    type: problemType('ENGINE_LOST'),
    title: titleOf('ENGINE_LOST'),
    status: statusOf('ENGINE_LOST'),
    detail: 'The part of the program that does the work ended.',
    code: 'ENGINE_LOST',
    kept: 'What was committed is in the lake; drafts are kept.',
    next: 'It is started again by itself. Then try again.',
    facts: {},
    instance: null,
  });
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason;
}
