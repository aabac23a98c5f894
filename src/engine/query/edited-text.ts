/** A text made of parts of another one and of words put between them, which still knows where each part comes from. */
export class EditedText {
  #text = '';
  readonly #source: string;
  readonly #pieces: Piece[] = [];
  #taken = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Takes the source over from where the last step ended. */
  keepTo(end: number): this {
    this.copy(this.#taken, end);
    this.#taken = Math.max(this.#taken, end);
    return this;
  }

  keepRest(): this {
    return this.keepTo(this.#source.length);
  }

  /** Leaves the source out up to here. */
  dropTo(end: number): this {
    this.#taken = Math.max(this.#taken, end);
    return this;
  }

  /** A part of the source once more, or out of its order. */
  copy(start: number, end: number): this {
    if (end > start) this.#add(this.#source.slice(start, end), start, true);
    return this;
  }

  /** Words that stand for what begins at a place of the source. */
  put(text: string, source: number): this {
    this.#add(text, source, false);
    return this;
  }

  get text(): string {
    return this.#text;
  }

  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  #add(text: string, source: number, copied: boolean): void {
    this.#pieces.push({ start: this.#text.length, source, copied });
    this.#text += text;
  }
}

export interface Piece {
  readonly start: number;
  /** Where it begins in the source. */
  readonly source: number;
  readonly copied: boolean;
}

/** The place in the source of a place in the text that these pieces make; UTF-16 units. */
export function sourcePlace(pieces: readonly Piece[], place: number): number {
  const piece = pieces.findLast(({ start }) => start <= place);
  if (piece === undefined) return place;
  return piece.copied ? piece.source + place - piece.start : piece.source;
}
