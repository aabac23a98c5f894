import { z } from 'zod';

/** Names of the members that a schema takes at a path of a value: what a misspelt one may have been meant to be. Empty where no group of members stands there. */
export function membersAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: z.core.$ZodType | undefined = schema;
  for (const part of [...path, null]) {
    while (at instanceof z.ZodOptional || at instanceof z.ZodNullable || at instanceof z.ZodDefault) at = at.unwrap();
    if (part === null) break;
    if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodObject && typeof part === 'string' && Object.hasOwn(at.shape, part)) at = at.shape[part] as z.core.$ZodType | undefined;
    else return [];
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}
