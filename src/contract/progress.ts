/** How far a piece of long work is. Totals are null while they are not known; counts never go back. */
export interface Progress {
  /** What is being done now, in words for people: `Reading and hashing`. */
  readonly phase: string;
  readonly filesDone: number;
  readonly filesTotal: number | null;
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
}
export type OnProgress = (progress: Progress) => void;
