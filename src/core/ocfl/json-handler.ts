/** What is told of a JSON text, in its order. A key comes before its value; nothing is held back or merged. */
export interface JsonHandler {
  objectStart(): void;
  objectEnd(): void;
  arrayStart(): void;
  arrayEnd(): void;
  key(text: string): void;
  string(text: string): void;
  /** The number as it is written: only the reader knows whether it fits a double. */
  number(text: string): void;
  literal(value: boolean | null): void;
}

/** Objects and arrays inside one another; one more is refused. */
export const MAX_JSON_DEPTH = 64;
/** Bytes of one string between its quotes, or of one number, as they are written. */
export const MAX_JSON_TOKEN_BYTES = 1 << 20;

/** A text that is not JSON, or exceeds a limit of this reader. `offset` counts bytes from the start of the text. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
