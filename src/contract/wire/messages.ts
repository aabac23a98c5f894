/** What goes over a wire. One id for each call, given by the end that asks; both directions use the same messages for the bytes of a body. */
export type WireMessage =
  | { readonly type: 'req'; readonly id: number; readonly method: string; readonly url: string; readonly headers: readonly HeaderPair[]; readonly hasBody: boolean }
  | { readonly type: 'head'; readonly id: number; readonly status: number; readonly statusText: string; readonly headers: readonly HeaderPair[]; readonly hasBody: boolean }
  /** Bytes of the body that this end sends. */
  | { readonly type: 'chunk'; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** So many more bytes are wanted of the body that the other end sends. */
  | { readonly type: 'credit'; readonly id: number; readonly bytes: number }
  /** The body that this end sends is complete. */
  | { readonly type: 'end'; readonly id: number }
  /** The body that this end sends, or the answer as a whole, broke off. */
  | { readonly type: 'fail'; readonly id: number; readonly message: string }
  /** Whoever asked wants no answer any more. */
  | { readonly type: 'abort'; readonly id: number }
  /** Whoever answers reads no more of what is sent up. */
  | { readonly type: 'stop'; readonly id: number };

/** Pairs rather than a record: `set-cookie` may stand twice. */
export type HeaderPair = readonly [name: string, value: string];

/** A two-way connection that keeps the order of messages and loses none: a message port, or a child process. */
export interface Wire {
  /** `transfer` may be moved rather than copied, where the port can do that. */
  post(message: WireMessage, transfer: readonly ArrayBuffer[]): void;
  listen(listener: (message: WireMessage) => void): void;
  /** Called once when the other end is gone; at once where it is gone already. */
  onClose(listener: () => void): void;
}

/** Bytes that may be under way in one direction of one call before the reader has asked for more. */
export const WINDOW = 1_048_576;
/** Longest chunk, in bytes. */
export const CHUNK = 262_144;
/** Bytes that a reader lets come together before it asks for more, so that not each chunk is answered. */
export const GRANT = 65_536;
