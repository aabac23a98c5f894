/** How far a piece of long work is. Totals are null while they are not known; counts never go back, but for work that counts each phase from nothing. */
export interface Progress {
  /** What is being done now, in words for people: `Reading and hashing`. */
  readonly phase: string;
  readonly filesDone: number;
  readonly filesTotal: number | null;
  readonly bytesDone: number;
  /** 0 where the phase reads no bytes that could be counted. */
  readonly bytesTotal: number | null;
  /** How much is done, 0 to 1, of work that is counted neither in files nor in bytes. */
  readonly share?: number;
}
export type OnProgress = (progress: Progress) => void;
