import { goesOn } from './session.ts';
import type { Session } from './session.ts';

/** Writes one JSON object whose last member is a list that may be too long to hold: `{…head, [member]: [ … ]}`. Stops where the reader has gone. */
export async function jsonWithList(session: Session, head: object, member: string, items: Iterable<unknown> | AsyncIterable<unknown>): Promise<void> {
  const { out } = session;
  const opening = JSON.stringify(head).slice(0, -1);
  await out.text(`${opening}${opening === '{' ? '' : ','}${JSON.stringify(member)}:[`);
  let separator = '';
  for await (const item of items) {
    if (!(await goesOn(session))) return;
    await out.text(separator + JSON.stringify(item));
    separator = ',';
  }
  await out.text(']}\n');
}
