import { afterAll, beforeAll, describe } from 'vitest';
import { answers } from './door/answers.ts';
import { askingOver } from './door/asking.ts';
import type { Transport } from './door/asking.ts';
import { brokenAnswers } from './door/broken-answers.ts';
import { eventStreams } from './door/event-streams.ts';
import { longAnswers } from './door/long-answers.ts';
import { otherEndEnds } from './door/lost.ts';
import { manyAtOnce } from './door/many.ts';
import { slowReaders } from './door/readers.ts';
import { uploads } from './door/uploads.ts';

/** What the door asks of any transport, tried over one. `large` are the bytes that pass where memory is watched; a quarter of it goes up. */
export function describeTransport(name: string, open: () => Promise<Transport>, large = 268_435_456): void {
  describe(`the door over ${name}`, () => {
    let transport: Transport;
    beforeAll(async () => {
      transport = await open();
    });
    afterAll(() => transport.close());
    const asking = askingOver(name, open, () => transport);

    answers(asking);
    longAnswers(asking, large);
    slowReaders(asking);
    brokenAnswers(asking);
    uploads(asking, large);
    eventStreams(asking);
    manyAtOnce(asking);
    otherEndEnds(asking);
  });
}
