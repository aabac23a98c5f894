/** Nobody watches and nobody cancels. */
export const quiet = { signal: new AbortController().signal, onProgress: () => undefined } as const;
