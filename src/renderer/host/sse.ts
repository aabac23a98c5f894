/** One event of a `text/event-stream`, or a comment, which only says that the other side is there. */
export interface StreamEvent {
  /** Id that a reader gives to go on from here; null where the event had none. */
  readonly id: string | null;
  readonly data: string;
}

/**
 * Reads server-sent events (WHATWG HTML, section 9.2.6) out of a body. `alive` is called for every piece that arrives, comments too. Ends with the body; lines
 * that were not finished by an empty line are dropped, as the standard says.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>, alive: () => void = () => undefined): AsyncGenerator<StreamEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const lines = new Lines();
  let id: string | null = null;
  let data: string[] = [];
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (!done) alive();
      for (const line of done ? lines.end() : lines.of(decoder.decode(value, { stream: true }))) {
        if (line === '') {
          if (data.length > 0) yield { id, data: data.join('\n') };
          id = null;
          data = [];
          continue;
        }
        const [name, text] = fieldOf(line);
        if (name === 'data') data.push(text);
        else if (name === 'id' && !text.includes('\0')) id = text;
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Cuts text that comes in pieces into lines ended by LF, CR or CR LF. */
class Lines {
  #rest = '';

  of(piece: string): string[] {
    const text = this.#rest + piece;
    // A CR at the very end may be the first half of CR LF: it waits for the next piece.
    const usable = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = usable.split(/\r\n|\r|\n/);
    this.#rest = (lines.pop() ?? '') + text.slice(usable.length);
    return lines;
  }

  /** The last line, where it ended in a CR that waited for its LF; one that was not ended is none. */
  end(): string[] {
    return this.#rest.endsWith('\r') ? [this.#rest.slice(0, -1)] : [];
  }
}

function fieldOf(line: string): [name: string, text: string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  const text = line.slice(colon + 1);
  return [line.slice(0, colon), text.startsWith(' ') ? text.slice(1) : text];
}
