import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HmsError } from '../../contract/index.ts';
import type { LakeJson } from '../../contract/index.ts';
import { equalBytes, frontierRoot, parseCheckpoint, rootAt } from '../../core/index.ts';
import { nodeAtFromLeaves, signedCheckpoint } from './checkpoint-files.ts';
import type { CheckpointSigner, TreeHead, TreeSource } from './checkpoint-files.ts';
import type { Durable } from './durable.ts';
import { ifMissing } from './leaf.ts';
import { sha256 } from './sha.ts';

/** The largest checkpoint of a lake that this station signed or saw, kept in its profile (docs/formats/lake.md section 16). */

/**
 * What this station saw of a lake, at whatever place; null where it saw nothing of it. To be asked before the ledger is read with which it is compared: entries that were seen are in there, and what other programs of
 * this station note meanwhile may not be.
 */
export async function seenOf(lake: LakeJson, seenFile: string): Promise<TreeHead | null> {
  const text = await readFile(seenFile, 'utf8').catch(ifMissing(null));
  const seen = text === null ? null : parseCheckpoint(text);
  return seen === null || seen.origin !== lake.origin ? null : seen;
}

/** Compares a lake's log with what this station saw of it. An error that says why the lake may only be read, or null. Nothing in the log is trusted for this but the leaves themselves. */
export async function contradiction(tree: TreeSource, seen: TreeHead | null): Promise<HmsError | null> {
  if (seen === null) return null;
  const { size } = tree.frontier;
  if (seen.size > size) {
    return new HmsError('LAKE_OLDER_THAN_SEEN', `This lake has ${size} ledger entries, but this station has seen it with ${seen.size}: it is an older copy, or a backup that was restored.`, {
      kept: 'It was opened read-only; nothing was changed.',
      next: 'Use the newer place of this lake. If that is lost for good, go on here under a new lake id with: hms dta lake fork -m REASON',
      facts: { size, seen: seen.size },
    });
  }
  if (equalBytes(await rootOf(tree, seen.size), seen.root)) return null;
  return new HmsError('LAKE_FORKED', `The first ${seen.size} ledger entries of this lake are not those that this station has seen: one of the two was changed, or they were continued apart.`, {
    kept: 'It was opened read-only; nothing was changed.',
    next: 'Find out which place has the true ledger (`hms dta verify` on each). To go on here under a new lake id: hms dta lake fork -m REASON',
    facts: { size, seen: seen.size },
  });
}

/** The log's root at a size. A log only grows, so a root that was computed once need not be computed again from all its leaves. */
function rootOf(tree: TreeSource, size: number): Uint8Array | Promise<Uint8Array> {
  if (size === tree.frontier.size) return frontierRoot(sha256, tree.frontier);
  if (size === tree.checked?.size) return tree.checked.root;
  return rootAt(sha256, size, nodeAtFromLeaves(tree));
}

/** Keeps this state of the log in the profile, signed by the station, if it is larger than the one that is kept; answers what is kept now. Ask `contradiction` before. */
export async function remember(lake: LakeJson, tree: TreeSource, signer: CheckpointSigner, seenFile: string, durable: Durable): Promise<TreeHead> {
  const seen = await seenOf(lake, seenFile);
  if (seen !== null && seen.size >= tree.frontier.size) return seen;
  const folder = dirname(seenFile);
  await durable.makeFolder(folder);
  await durable.replaceDerived(seenFile, () => Buffer.from(signedCheckpoint(lake.origin, tree.frontier, signer)), folder);
  return { size: tree.frontier.size, root: frontierRoot(sha256, tree.frontier) };
}
