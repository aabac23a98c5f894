/** Ctrl-C: the first asks the command to stop where that is safe, the second ends the process at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Whether calls of the system are under way that may not come back: Node waits for their threads before it ends by itself. */
  holdThreads(are: boolean): void;
  /** Stops listening. */
  dispose(): void;
}

/** Exit code of a command that was stopped from outside: docs/formats/lake.md section 19. */
export const CANCELLED = 130;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function listenForInterrupt(announce: () => void): Interrupt {
  const controller = new AbortController();
  let isHeld = false;
  const dispose = (): void => {
    for (const name of signals) process.off(name, stop);
  };
  const stop = (): void => {
    if (controller.signal.aborted) {
      // One more Ctrl-C then ends what even so does not end by itself.
      dispose();
      if (isHeld) process.kill(process.pid, 'SIGKILL');
      process.exit(CANCELLED);
    }
    controller.abort();
    announce();
  };
  for (const name of signals) process.on(name, stop);
  return { signal: controller.signal, holdThreads: (are) => (isHeld = are), dispose };
}

/** The pieces of a stream until the signal aborts; then it is let go of, also where its next piece never comes, and what `stopped` makes is thrown. */
export async function* untilStopped(stream: NodeJS.ReadableStream & { destroy(): unknown }, signal: AbortSignal, stopped: () => Error): AsyncGenerator<Uint8Array> {
  const stop = (): unknown => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    for await (const piece of stream) {
      if (signal.aborted) break;
      yield piece as unknown as Uint8Array;
    }
  } catch (error) {
    // A stream that is let go of before its end says so.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (signal.aborted) throw stopped();
}
