import { z } from 'zod';
import { helperNames } from './helper-process.ts';

/** What the main process and the engine's process say to each other beside the wire. */

/** Where the window was left. */
export const WindowState = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(400).max(20_000),
  height: z.int().min(300).max(20_000),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof WindowState>;

/** To the engine. `attach` carries a port, which is answered like the door. */
export const ToEngine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('attach') }),
  /** Files are written by the engine only. */
  z.object({ type: z.literal('remember'), file: z.string(), state: WindowState }),
  /** What an engine before this one left behind, for the log. */
  z.object({ type: z.literal('note'), words: z.string() }),
  z.object({ type: z.literal('drain'), ms: z.number() }),
  /** The process that was asked for under this number runs. Carries the port that leads to it. */
  z.object({ type: z.literal('helper.started'), id: z.int(), pid: z.int() }),
  /** It is gone, or could not be started. */
  z.object({ type: z.literal('helper.ended'), id: z.int(), how: z.string() }),
]);
export type ToEngine = z.infer<typeof ToEngine>;

export const FromEngine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), log: z.string() }),
  z.object({ type: z.literal('refused'), words: z.string() }),
  z.object({ type: z.literal('drained') }),
  /** A process is wanted. Which of the two it is, is all that can be said: main knows its file. Numbers are given once each. */
  z.object({ type: z.literal('helper.start'), id: z.int(), name: z.enum(helperNames) }),
  /** It is to be ended at once. */
  z.object({ type: z.literal('helper.end'), id: z.int() }),
]);
export type FromEngine = z.infer<typeof FromEngine>;
