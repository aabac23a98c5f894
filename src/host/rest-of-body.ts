import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A program that writes its whole body before it reads must be able to read why it was refused: where the connection ended while it still writes, all it would see is a
 * broken connection (RFC 9112, section 9.6). So the rest is read and thrown away before an answer of 400 or more is ended; the answer itself is sent at once.
 */

/** In milliseconds: how long the rest is read, and how long nothing of it may come. */
export interface Patience {
  readonly whole: number;
  readonly silence: number;
}

/** Holds back the end of a refusal until the rest of the body was read, or patience is at its end: then the connection is ended. Nothing of the rest is kept. */
export function readRestOfRefused(incoming: IncomingMessage, outgoing: ServerResponse, { whole, silence }: Patience): void {
  if (incoming.headers['transfer-encoding'] === undefined && Number(incoming.headers['content-length'] ?? 0) === 0) return;
  const end = outgoing.end.bind(outgoing) as (...last: readonly unknown[]) => ServerResponse;
  const lingering = (...last: readonly unknown[]): ServerResponse => {
    outgoing.end = end;
    if (outgoing.statusCode < 400 || incoming.complete || incoming.destroyed) return end(...last);
    if (typeof last[0] === 'string' || last[0] instanceof Uint8Array) outgoing.write(last[0]);
    const enough = (): void => {
      done();
      end(() => {
        if (!incoming.complete) incoming.socket.destroySoon();
      });
    };
    const done = (): void => {
      clearTimeout(late);
      clearTimeout(silent);
      incoming.off('end', enough);
      outgoing.off('close', done);
    };
    const late = setTimeout(enough, whole);
    const silent = setTimeout(enough, silence);
    // Those of a web stream would keep what comes, and stop it once they have enough.
    incoming.removeAllListeners('data');
    incoming.on('data', () => void silent.refresh());
    incoming.once('end', enough);
    outgoing.once('close', done);
    incoming.resume();
    return outgoing;
  };
  outgoing.end = lingering;
}

/** `Expect: 100-continue` (RFC 9110, section 10.1.1): the body is asked for once somebody reads it, so that who is refused before need not send it. */
export function askForBodyWhenRead(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { shouldKeepAlive } = outgoing;
  // A body that was not asked for may come or not: what follows on the connection could not be told from it.
  outgoing.shouldKeepAlive = false;
  const read = incoming._read.bind(incoming);
  incoming._read = (size) => {
    incoming._read = read;
    if (!outgoing.headersSent) {
      outgoing.shouldKeepAlive = shouldKeepAlive;
      outgoing.writeContinue();
    }
    read(size);
  };
}
