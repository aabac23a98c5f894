import { PassThrough, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { untilStopped } from '../../../src/cli/interrupt.ts';

async function read(stream: Readable, signal: AbortSignal): Promise<string> {
  let text = '';
  for await (const piece of untilStopped(stream, signal, () => new Error(`stopped after ${text}`))) text += Buffer.from(piece).toString();
  return text;
}

it('a stream is read to its end, and let go of at once when it is stopped, also where it waits for more', async () => {
  expect(await read(Readable.from([Buffer.from('a'), Buffer.from('b')]), new AbortController().signal)).toBe('ab');
  const waiting = new PassThrough();
  waiting.write('first');
  const stopping = new AbortController();
  const reading = read(waiting, stopping.signal);
  setTimeout(() => stopping.abort(), 20);
  await expect(reading).rejects.toThrow('stopped after first');
  expect(waiting.destroyed).toBe(true);
  await expect(read(new PassThrough(), AbortSignal.abort())).rejects.toThrow('stopped after ');
});

it('what is wrong with a stream is told as that', async () => {
  const broken = new PassThrough();
  broken.destroy(new Error('gone'));
  await expect(read(broken, new AbortController().signal)).rejects.toThrow('gone');
});
