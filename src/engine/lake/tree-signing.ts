import { readCheckpoint, writeTree } from './checkpoint-files.ts';
import type { TreeSource } from './checkpoint-files.ts';
import type { LedgerContext, LedgerSigner } from './ledger.ts';
import { contradiction, remember, seenOf } from './seen.ts';

/** What a station signs over the tree of all entries that it read: tiles and checkpoint, and never two trees that contradict each other. */
export class TreeSigning {
  readonly #context: LedgerContext;
  /** Reads and applies what was added to the ledger since, by anyone. */
  readonly #catchUp: () => Promise<unknown>;
  /** Whether all this is certain to be done once more soon, for acts that came meanwhile. */
  readonly #follows: () => boolean;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(context: LedgerContext, catchUp: () => Promise<unknown>, follows: () => boolean) {
    this.#context = context;
    this.#catchUp = catchUp;
    this.#follows = follows;
  }

  /** Tiles and checkpoint for all that was read; `scratch` is a folder in staging that exists. One at a time: a share's are written where they stand. */
  write(signer: LedgerSigner, scratch: string): Promise<void> {
    const run = this.#writing.then(() => this.#sign(signer, scratch));
    this.#writing = run.catch(() => undefined);
    return run;
  }

  async #sign(signer: LedgerSigner, scratch: string): Promise<void> {
    const { lake, paths, durable, index, seenFile, profileDurable } = this.#context;
    // A key that may not sign entries may not sign checkpoints either: they are read as a station's word.
    const key = index.view.key(signer.id);
    if (key?.role !== 'station' || key.revoked) return;
    // A checkpoint beyond what was read is another writer's that was a moment quicker, or no true one.
    const there = await readCheckpoint(paths.checkpoint, lake.origin);
    if (there !== null && there.size > index.view.size) await this.#catchUp();
    let tree = this.tree();
    for (;;) {
      await this.refuseContradiction(tree);
      await writeTree(lake, tree, signer, paths, durable, scratch);
      // A quicker writer's larger checkpoint may have been replaced by this one: look, and write the larger tree, now or with that of the acts that came meanwhile. While acts follow one another there would be no end.
      if (this.#follows()) break;
      await this.#catchUp();
      if (index.view.size === tree.frontier.size) break;
      tree = this.tree();
    }
    if (seenFile !== null) await index.setChecked(await remember(lake, tree, signer, seenFile, profileDurable));
  }

  /** The tree over all entries that were read. */
  tree(): TreeSource {
    const { index } = this.#context;
    return { frontier: index.frontier(), leafHashes: (from, count) => index.leafHashes(from, count), checked: index.checked() };
  }

  /** Throws LAKE_OLDER_THAN_SEEN or LAKE_FORKED where the log is not what this station saw before. Asked before anything is signed over a tree. */
  async refuseContradiction(tree: TreeSource): Promise<void> {
    const { lake, seenFile } = this.#context;
    const seen = seenFile === null ? null : await seenOf(lake, seenFile);
    if ((await contradiction(tree, seen)) === null) return;
    // Another process of this station may have seen entries that were claimed since the tree was made.
    await this.#catchUp();
    const still = await contradiction(this.tree(), seen);
    if (still !== null) throw still;
  }
}
