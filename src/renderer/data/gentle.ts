import type { QueryClient } from '@tanstack/react-query';

/** What changes all the time is asked for again at most this often, ms. */
export const AGAIN_MS = 1_000;

type Client = Pick<QueryClient, 'invalidateQueries' | 'setQueryData' | 'isFetching'>;

/**
 * A client that asks again without haste: the first change at once, those that follow it together after a second, and never while an answer is still awaited. An
 * intake of thousands of files changes its draft several times a second; each answer would be thrown away for the next, and the files would wait behind them.
 */
export function gentle(client: Client, wait: (ms: number) => Promise<void>): Pick<QueryClient, 'invalidateQueries' | 'setQueryData'> {
  const resting = new Set<string>();
  const stale = new Map<string, readonly unknown[]>();
  const ask = (name: string, queryKey: readonly unknown[]): void => {
    resting.add(name);
    void client.invalidateQueries({ queryKey });
    void rest(name);
  };
  const rest = async (name: string): Promise<void> => {
    const queryKey = (): readonly unknown[] => stale.get(name) ?? [];
    do await wait(AGAIN_MS);
    while (stale.has(name) && client.isFetching({ queryKey: queryKey() }) > 0);
    resting.delete(name);
    const again = stale.get(name);
    stale.delete(name);
    if (again !== undefined) ask(name, again);
  };
  return {
    setQueryData: client.setQueryData.bind(client),
    invalidateQueries: (filters) => {
      const queryKey = (filters as { readonly queryKey?: readonly unknown[] } | undefined)?.queryKey;
      // Everything at once: another lake, or too much was missed.
      if (queryKey === undefined) return client.invalidateQueries();
      const name = JSON.stringify(queryKey);
      if (resting.has(name)) stale.set(name, queryKey);
      else ask(name, queryKey);
      return Promise.resolve();
    },
  };
}
