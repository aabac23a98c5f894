import type { z } from 'zod';

/** What does not fit a route's schema, the end of the sentence "The field …". Where the schema has words of its own for it, these. */
export function issueWords(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message;
  if (issue.message.endsWith('received undefined')) return 'is missing';
  return `must be ${words[issue.expected] ?? issue.expected}`;
}

const words: Readonly<Record<string, string>> = { string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list', object: 'an object', null: 'null', record: 'an object' };
