import { fromBytes, fromCodePoints } from './places.ts';
import type { FailureKind } from './protocol.ts';

/** A statement that is not run; the message is a sentence for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Where in the statement, UTF-16 units; null where it is about all of it. */
  readonly position: number | null;

  constructor(message: string, position: number | null = null) {
    super(message);
    this.position = position;
  }
}

/** A failure that has been put into words already. */
export class Failed extends Error {
  override readonly name = 'Failed';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** What DuckDB calls its errors, and what they are here. Everything else is about the statement and its data. */
const kinds: readonly (readonly [RegExp, FailureKind])[] = [
  [/^INTERRUPT Error/i, 'interrupted'],
  [/^Out of Memory Error.*(?:max_temp_directory_size|temp_directory)/is, 'disk'],
  [/^(?:Out of Memory Error|std::bad_alloc)/i, 'memory'],
  [/^IO Error.*(?:No space left|disk full|Could not write)/is, 'disk'],
];

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly position: number | null;
}

/** `statement`: what was given to DuckDB, for the place of an error in it; `prefix`: so much in front of it is not its writer's. */
export function failureOf(error: unknown, interrupted: boolean, statement: string | null = null, prefix = 0): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (interrupted) return { kind: 'interrupted', message: 'Interrupted.', position: null };
  if (error instanceof Failed) return error.failure;
  if (error instanceof Refusal) return { kind: 'refused', message, position: error.position };
  const told = documentIn(message);
  const words = told === null ? message : `${told.type} Error: ${told.message}`;
  const kind = kinds.find(([pattern]) => pattern.test(words))?.[1] ?? 'statement';
  return { kind, message: plain(words), position: told === null || statement === null ? null : placeOf(told, statement, prefix) };
}

interface Told {
  readonly type: string;
  readonly message: string;
  readonly position: number | null;
}

/** With `errors_as_json` DuckDB's message is a JSON document, of some classes with the name of the class in front. */
function documentIn(message: string): Told | null {
  try {
    const document = JSON.parse(message.slice(message.indexOf('{'))) as Readonly<Record<string, unknown>>;
    const { exception_type: type, exception_message: words, position } = document;
    if (typeof type !== 'string' || typeof words !== 'string') return null;
    // What is a table to its reader is a view to DuckDB, of which it says this.
    return { type, message: words.replace(/^Values list "/, 'The table "'), position: typeof position === 'string' ? Number(position) : null };
  } catch {
    return null;
  }
}

/** The parser counts code points, everything behind it UTF-8 bytes. */
function placeOf({ type, position }: Told, statement: string, prefix: number): number | null {
  if (position === null || !Number.isSafeInteger(position)) return null;
  const place = (type === 'Parser' ? fromCodePoints(statement, position) : fromBytes(statement, position)) - prefix;
  return place >= 0 && place <= statement.length - prefix ? place : null;
}

/** DuckDB's words without the class of the error in front and without the drawing of the place behind. */
function plain(message: string): string {
  const [first = ''] = message.replace(/^(?:[A-Z][A-Za-z]* )+Error: /, '').split(/\n\s*\n?LINE \d+:/, 1);
  const text = first.trim().replaceAll(/\s*\n\s*/g, ' ');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
