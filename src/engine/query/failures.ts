import type { FailureKind } from './protocol.ts';

/** A statement that is not run; the message is a sentence for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** What DuckDB calls its errors, and what they are here. Everything else is about the statement and its data. */
const kinds: readonly (readonly [RegExp, FailureKind])[] = [
  [/^INTERRUPT Error/i, 'interrupted'],
  [/^Out of Memory Error.*(?:max_temp_directory_size|temp_directory)/is, 'disk'],
  [/^(?:Out of Memory Error|std::bad_alloc)/i, 'memory'],
  [/^IO Error.*(?:No space left|disk full|Could not write)/is, 'disk'],
];

export function failureOf(error: unknown, interrupted: boolean): { kind: FailureKind; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (interrupted) return { kind: 'interrupted', message: 'Interrupted.' };
  if (error instanceof Refusal) return { kind: 'refused', message };
  const kind = kinds.find(([pattern]) => pattern.test(message))?.[1] ?? 'statement';
  return { kind, message: plain(message) };
}

/** DuckDB's words without the class of the error in front and without the drawing of the place behind. */
function plain(message: string): string {
  const [first = ''] = message.replace(/^(?:[A-Z][A-Za-z]* )+Error: /, '').split(/\n\s*\n?LINE \d+:/, 1);
  const text = first.trim().replaceAll(/\s*\n\s*/g, ' ');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
