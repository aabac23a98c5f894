/** Ctrl-C: the first asks the command to stop where that is safe, the second ends the process at once. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/** Exit code of a command that was stopped from outside: docs/formats/lake.md section 19. */
export const CANCELLED = 130;

export function listenForInterrupt(announce: () => void): Interrupt {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(CANCELLED);
    controller.abort();
    announce();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of signals) process.off(name, stop);
    },
  };
}
