/** Time and chance of a page, in one place, so that a test can set them. */
export interface PageClock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted before. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** An id that no other request of any page has. */
  newId(): string;
}

export function pageClock(): PageClock {
  return { now: () => Date.now(), wait, newId: () => crypto.randomUUID() };
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new DOMException('Stopped.', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
