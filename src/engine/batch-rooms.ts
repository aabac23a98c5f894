import { SMALL_BYTES } from './brought-drop.ts';
import type { DropDetail } from './catalog/index.ts';
import type { NamedContract } from './contracting.ts';
import { bringsSql } from './contracts/index.ts';
import type { ReadableLake } from './open.ts';
import { QuerySession } from './query/index.ts';
import type { QueryProcesses } from './query/index.ts';
import { openScratch } from './transform-world.ts';
import type { ScratchFolder } from './transform-world.ts';

/** Where batches are worked on: a folder for their files, and a query process that sees it. */
export interface Room {
  readonly scratch: ScratchFolder;
  readonly session: QuerySession;
}

/**
 * Rooms that batches use one after the other: a process takes as long to start as some forty small drops take to be normalized. The process of a room sees the room's folder, all of it, so only
 * batches come into one that need no more, and that bring no SQL of a person.
 */
export class BatchRooms {
  readonly #lake: ReadableLake;
  readonly #processes: QueryProcesses;
  readonly #free: Room[] = [];

  constructor(lake: ReadableLake, processes: QueryProcesses) {
    this.#lake = lake;
    this.#processes = processes;
  }

  /** Whether a batch may be worked on in a room that others were in. */
  static takes(drops: readonly DropDetail[], contracts: readonly NamedContract[]): boolean {
    return drops.every(({ size }) => size !== null && size <= SMALL_BYTES) && !contracts.some(({ compiled }) => bringsSql(compiled.plan));
  }

  /** Does the work in a room that nobody else is in meanwhile. Of one that failed nothing is used again. */
  async *in<T>(work: (room: Room) => AsyncGenerator<T>): AsyncGenerator<T> {
    const room = this.#free.pop() ?? (await this.#open());
    let isDone = false;
    try {
      const scratch = await room.scratch.part();
      room.session.forgetTables();
      try {
        yield* work({ scratch, session: room.session });
      } finally {
        await scratch.close();
      }
      isDone = true;
    } finally {
      if (isDone) this.#free.push(room);
      else await closeRoom(room);
    }
  }

  /** When no work is under way. */
  async close(): Promise<void> {
    for (let room = this.#free.pop(); room !== undefined; room = this.#free.pop()) await closeRoom(room);
  }

  async #open(): Promise<Room> {
    const scratch = await openScratch(this.#lake);
    return { scratch, session: new QuerySession(this.#processes, { files: [], folders: [scratch.inputs], output: scratch.outputs, temporary: scratch.temporary }) };
  }
}

async function closeRoom({ scratch, session }: Room): Promise<void> {
  await session.close();
  await scratch.close();
}
