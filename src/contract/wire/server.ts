import type { Fetch } from '../api/client.ts';
import { intake, pump } from './body.ts';
import type { Intake, Pump } from './body.ts';
import type { Wire, WireMessage } from './messages.ts';

type Asked = Extract<WireMessage, { type: 'req' }>;

interface Answering {
  readonly controller: AbortController;
  readonly upload: Intake | null;
  body: Pump | null;
}

/**
 * Answers what comes over a wire with `fetch`. A request's signal is aborted, and the body of its answer cancelled, when whoever asked gives it up or is gone.
 * What `fetch` throws goes back as a failure without its words, which could tell of what is none of the other end's business.
 */
export function serveWire(wire: Wire, fetch: Fetch): void {
  const answering = new Map<number, Answering>();

  const giveUp = (id: number, reason: Error): void => {
    const one = answering.get(id);
    if (one === undefined) return;
    answering.delete(id);
    one.controller.abort(reason);
    one.upload?.fail(reason);
    one.body?.cancel(reason);
  };

  const answer = async (asked: Asked): Promise<void> => {
    const { id } = asked;
    const controller = new AbortController();
    const upload = asked.hasBody
      ? intake(
          (bytes) => wire.post({ type: 'credit', id, bytes }, []),
          () => wire.post({ type: 'stop', id }, []),
        )
      : null;
    const one: Answering = { controller, upload, body: null };
    answering.set(id, one);
    try {
      const response = await fetch(requestOf(asked, upload, controller.signal));
      if (controller.signal.aborted) {
        await response.body?.cancel(controller.signal.reason);
        return;
      }
      wire.post({ type: 'head', id, status: response.status, statusText: response.statusText, headers: [...response.headers], hasBody: response.body !== null }, []);
      if (response.body === null) {
        answering.delete(id);
        return;
      }
      one.body = pump(response.body, {
        chunk: (bytes) => wire.post({ type: 'chunk', id, bytes }, [bytes.buffer]),
        end: () => {
          answering.delete(id);
          wire.post({ type: 'end', id }, []);
        },
        fail: () => fail(id, 'The answer broke off.'),
      });
    } catch {
      if (!controller.signal.aborted) fail(id, 'The request could not be answered.');
    }
  };

  const fail = (id: number, message: string): void => {
    giveUp(id, new Error(message));
    wire.post({ type: 'fail', id, message }, []);
  };

  wire.onClose(() => {
    for (const id of [...answering.keys()]) giveUp(id, new Error('Whoever asked is gone.'));
  });
  wire.listen((message) => {
    if (message.type === 'req') return void answer(message);
    const one = answering.get(message.id);
    if (one === undefined) return;
    if (message.type === 'abort') giveUp(message.id, new DOMException('The request was withdrawn.', 'AbortError'));
    else if (message.type === 'chunk') one.upload?.chunk(message.bytes);
    else if (message.type === 'end') one.upload?.end();
    else if (message.type === 'fail') one.upload?.fail(new Error(message.message));
    else if (message.type === 'credit') one.body?.grant(message.bytes);
  });
}

function requestOf({ method, url, headers }: Asked, upload: Intake | null, signal: AbortSignal): Request {
  const init = { method, headers: headers.map(([name, value]): [string, string] => [name, value]), signal };
  // A stream that is sent needs `duplex`, which the types of the DOM do not know yet.
  return new Request(url, upload === null ? init : ({ ...init, body: upload.stream, duplex: 'half' } as RequestInit));
}
