import { EditedText, sourcePlace } from './edited-text.ts';
import type { Piece } from './edited-text.ts';
import type { Planned } from './protocol.ts';
import { identifier } from './sources.ts';

/** A planned question with the names of snapshots in the places of its tables. */
export interface Askable {
  readonly explain: string;
  readonly sql: string;
  readonly pieces: readonly Piece[];
}

/**
 * Puts a name for each reference (as `names` has it, in their order) into the text, and takes the instants out. The text is not made anew from the tree, so that the place of
 * an error in it is one in what was written (docs/adr/0015-places-of-errors.md).
 */
export function askable(plan: Planned, names: readonly string[]): Askable {
  const edited = new EditedText(plan.text);
  for (const [i, { place, alias, at, relation }] of plan.references.entries()) {
    const [start, end] = place;
    edited.keepTo(start).put(identifier(names[i] ?? ''), start);
    if (alias === 'added') edited.put(` AS ${relation.kind === 'dataset' ? 'dataset' : identifier(relation.name)}`, start);
    edited.dropTo(end);
    if (at !== null) edited.keepTo(at.place[0]).dropTo(at.place[1]);
  }
  edited.keepRest();
  return { explain: plan.explain, sql: edited.text, pieces: edited.pieces };
}

/** The place in the statement as it was written of a place in the askable one; UTF-16 units. */
export function originalPosition(plan: Planned, { pieces }: Askable, position: number): number {
  return plan.explain.length + sourcePlace(plan.pieces, sourcePlace(pieces, position));
}
