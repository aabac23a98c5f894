import type { z } from 'zod';

/** What does not fit a route's schema, the end of the sentence "The field …". Where the schema has words of its own for it, these. */
export function issueWords(issue: z.core.$ZodIssue): string {
  const { message } = issue;
  if (!/^(?:Invalid input|Invalid option|Too small|Too big): expected /.test(message)) return message;
  switch (issue.code) {
    case 'invalid_type':
      return message.endsWith('received undefined') ? 'is missing' : `must be ${words[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return numbers.has(issue.origin) ? `must be at least ${String(issue.minimum)}` : message;
    case 'too_big':
      return numbers.has(issue.origin) ? `must be at most ${String(issue.maximum)}` : message;
    default:
      return message;
  }
}

const words: Readonly<Record<string, string>> = { string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list', object: 'an object', null: 'null', record: 'an object' };
const numbers: ReadonlySet<string> = new Set(['number', 'int', 'bigint']);
