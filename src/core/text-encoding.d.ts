// Core is compiled without Node and without the DOM; of either it needs only UTF-8, which every runtime has (WHATWG Encoding Standard).
// `fatal: true` throws a TypeError on bytes that are not UTF-8; `ignoreBOM: true` keeps a leading U+FEFF instead of dropping it.

declare class TextEncoder {
  readonly encoding: string;
  encode(input?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}
