import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError, instantOf } from '../contract/index.ts';
import type { Instant, KeyId, TableName } from '../contract/index.ts';
import { canonicalJson, parseSubject } from '../core/index.ts';
import type { ContractPlan } from './contracts/index.ts';
import { ifMissing, inWords, newTxn } from './lake/index.ts';
import { needsSecret } from './mask-values.ts';
import { dropSecret, keepSecret, keptSecret, newPassphrase, newSecret, secretInDomain, unwrapSecret, WrappedSecret, wrapSecret } from './masks/index.ts';
import type { KeptSecrets, MaskSecret } from './masks/index.ts';
import type { ReadableLake, WritableLake } from './open.ts';

/** The secret with which a lake's masks are made: which it is, who has it, how it comes to another workstation. docs/formats/secrets.md. */

const NOTHING = 'Nothing was changed.';

/** A secret as the ledger tells of it. */
export interface MadeSecret {
  readonly id: string;
  readonly seq: number;
  readonly made: Instant | null;
  readonly station: KeyId | null;
}

/** The secrets of a lake, newest first: the first is the one that rows are masked with now. */
export function secretsOf(lake: ReadableLake): MadeSecret[] {
  const made: MadeSecret[] = [];
  for (const { effect, subject, seq, at, station } of lake.catalog.log({ op: 'secret.made' }, MOST_SECRETS).entries) {
    const parsed = subject === null ? null : parseSubject(subject);
    if (effect && parsed?.kind === 'secret') made.push({ id: parsed.id, seq, made: at, station });
  }
  return made;
}

/** Older ones are of no table any more. */
const MOST_SECRETS = 1_000;

/** The lake's secret of now; null where none was made yet, and where this workstation does not have it. */
export async function openSecret(lake: ReadableLake): Promise<MaskSecret | null> {
  const [newest] = secretsOf(lake);
  return newest === undefined ? null : keptSecret(storeOf(lake), newest.id);
}

/** The lake's secret of now, made where the lake has none yet. SECRET_MISSING where another workstation has it and this one does not. */
export async function makeSecret(lake: WritableLake): Promise<MaskSecret> {
  const made = secretsOf(lake)[0] === undefined ? await claimSecret(lake, null, null) : null;
  const secret = made ?? (await openSecret(lake));
  if (secret !== null) return secret;
  throw secretMissing(lake);
}

/** Why a workstation without the lake's secret cannot mask, and what to do. */
export function secretMissing(lake: ReadableLake): HmsError {
  const [newest] = secretsOf(lake);
  if (newest === undefined) return new HmsError('SECRET_MISSING', 'This lake has no secret for masks yet.', { kept: NOTHING, next: 'It is made when the first table with masks is written.' });
  return new HmsError('SECRET_MISSING', `This workstation does not have the secret of this lake (${newest.id.slice(0, 16)}), with which values are masked.`, {
    kept: `${NOTHING} Drops are kept as they came.`,
    next: 'On a workstation that has it run `hms dta secret share`, then here `hms dta secret accept` with the words that it prints. Where nobody has it any more, make a new one with: hms dta secret rotate',
    facts: { secret: newest.id },
  });
}

/** Makes a secret and claims its entry; null where another workstation made one meanwhile. The secret is in the profile before the ledger names it: what is named can be used. */
async function claimSecret(lake: WritableLake, replaces: MadeSecret | null, reason: string | null): Promise<MaskSecret | null> {
  const store = storeOf(lake);
  const secret = newSecret(lake.clock.random);
  await inWords('Keeping the new secret in the profile', 'The lake was not touched.', () => keepSecret(store, secret, lake.lake.id));
  const txn = newTxn(lake.clock);
  const folder = lake.paths.transaction(txn);
  const act = { op: 'secret.made', subject: `secret:${secret.id}`, head: { replaces: replaces?.id ?? null, reason } } as const;
  const claimed = await lake.ledger.claimWith(lake.signer, txn, act, () => (secretsOf(lake)[0]?.id ?? null) === (replaces?.id ?? null));
  if (claimed === null) {
    await lake.durable.removeTree(folder);
    await dropSecret(store, secret.id);
    return null;
  }
  await lake.ledger.finish(lake.signer, folder);
  lake.ledger.refuseWithoutEffect(claimed);
  return secret;
}

/** A copy on the lake, as it says of itself. */
export type SecretCopy = Pick<WrappedSecret, 'secret' | 'made' | 'station'> & { readonly file: string };

/** The copies of secrets on the lake, newest first. Files that are none are left out. */
export async function secretCopies(lake: ReadableLake): Promise<SecretCopy[]> {
  const copies = await readCopies(lake);
  return copies.map(({ file, wrapped: { secret, made, station } }) => ({ file, secret, made, station }));
}

async function readCopies({ paths }: ReadableLake): Promise<{ file: string; wrapped: WrappedSecret }[]> {
  return inWords('Reading the copies of the secret', NOTHING, async () => {
    const copies = [];
    for (const file of await readdir(paths.secrets).catch(ifMissing([]))) {
      if (!/^[0-9a-f]{32}\.[0-9a-f]{8}\.json$/.test(file)) continue;
      const wrapped = wrappedIn(await readFile(join(paths.secrets, file), 'utf8').catch(ifMissing('')));
      if (wrapped !== null && file.startsWith(wrapped.secret)) copies.push({ file, wrapped });
    }
    return copies.sort((a, b) => (a.wrapped.made < b.wrapped.made ? 1 : -1));
  });
}

function wrappedIn(text: string): WrappedSecret | null {
  try {
    return WrappedSecret.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export interface SharedSecret extends SecretCopy {
  /** Nobody can tell it again. */
  readonly passphrase: string;
}

/** Puts a copy of the lake's secret on the lake, closed by new words. Makes the secret where the lake has none yet. */
export async function shareSecret(lake: WritableLake): Promise<SharedSecret> {
  const { clock, durable, paths, signer } = lake;
  const secret = await makeSecret(lake);
  const passphrase = newPassphrase(clock.random);
  const wrapped = await wrapSecret(secret, passphrase, { made: instantOf(clock.now()), station: signer.id }, clock.random);
  const file = `${secret.id}.${Buffer.from(clock.random(4)).toString('hex')}.json`;
  const scratch = paths.transaction(newTxn(clock));
  await inWords('Putting a copy of the secret on the lake', 'The copy was not made; nothing else was changed.', async () => {
    await durable.makeFolder(scratch);
    await durable.makeFolder(paths.secrets, paths.root);
    await durable.replaceDerived(join(paths.secrets, file), () => Buffer.from(`${canonicalJson(wrapped)}\n`), scratch);
    await durable.removeTree(scratch);
  });
  return { file, secret: wrapped.secret, made: wrapped.made, station: wrapped.station, passphrase };
}

/** Takes the lake's secret of now, or an older one where only such a copy opens, with the words that another workstation printed. SECRET_REFUSED where they open none. */
export async function acceptSecret(lake: ReadableLake, passphrase: string): Promise<{ readonly id: string; /** Whether rows are masked with it now. */ readonly isCurrent: boolean }> {
  const made = secretsOf(lake).map(({ id }) => id);
  // What the ledger does not name is not of this lake, whoever put it there.
  const copies = (await readCopies(lake)).filter(({ wrapped }) => made.includes(wrapped.secret)).sort((a, b) => made.indexOf(a.wrapped.secret) - made.indexOf(b.wrapped.secret));
  if (copies.length === 0) throw new HmsError('SECRET_REFUSED', 'There is no copy of the secret on this lake.', { kept: NOTHING, next: 'On a workstation that has it run: hms dta secret share' });
  for (const { wrapped } of copies) {
    const secret = await unwrapSecret(wrapped, passphrase);
    if (secret === null) continue;
    await inWords('Keeping the secret in the profile', NOTHING, () => keepSecret(storeOf(lake), secret, lake.lake.id));
    return { id: secret.id, isCurrent: secret.id === made[0] };
  }
  throw new HmsError('SECRET_REFUSED', copies.length === 1 ? 'The copy of the secret on this lake does not open with these words.' : `None of the ${copies.length} copies of the secret on this lake opens with these words.`, {
    kept: NOTHING,
    next: 'Compare the seven words with those that were printed, or make a new copy with: hms dta secret share',
  });
}

export interface RotatedSecret {
  readonly id: string;
  readonly replaces: string | null;
  /** Tables whose rows are masked with another secret; they are made again from their raw drops. */
  readonly tables: readonly TableName[];
}

/** Makes a new secret, which all rows are masked with from now on, and says which tables have to be made again. The old one stays in the profile: older versions of tables were made with it. */
export async function rotateSecret(lake: WritableLake, reason: string): Promise<RotatedSecret> {
  for (;;) {
    const [before = null] = secretsOf(lake);
    const secret = await claimSecret(lake, before, reason);
    if (secret !== null) return { id: secret.id, replaces: before?.id ?? null, tables: staleTables(lake) };
  }
}

/** The id of the secret that a version of a table (null: the newest) is masked with; null where it needed none. */
export function secretOfTable(lake: ReadableLake, name: TableName, version: number | null = null): string | null {
  const newest = lake.catalog.tables.version(name, version);
  const domains = newest === null ? [] : (lake.catalog.tables.description(newest)?.domains ?? []);
  const found = domains.find(({ domain, removed }) => domain === 'hms.contract' && !removed);
  return found === undefined ? null : secretInDomain(found.configuration);
}

/** Rows of one table are masked with one secret, or the same person would stand in it under two names. SECRET_REFUSED where a table has rows of another one. */
export function refuseOlderSecret(lake: ReadableLake, plan: ContractPlan, id: string): void {
  const used = needsSecret(plan) ? secretOfTable(lake, plan.name) : null;
  if (used === null || used === id) return;
  throw new HmsError('SECRET_REFUSED', `The rows of ${plan.name} are masked with an older secret of the lake (${used}), so new rows would not match them.`, {
    kept: 'Nothing was changed; raw drops wait.',
    next: `Have its rows made again under the new one with: hms dta secret rotate. Where the table was left as it is (--leave ${plan.name}), publish the contract under another name, which begins a new table, and deliver the raw files for it.`,
  });
}

/** Whether rows that were masked with this secret would come too late: another one is the lake's by now. `used` null: they need none. */
export function isReplaced(lake: ReadableLake, used: string | null): boolean {
  return used !== null && secretsOf(lake)[0]?.id !== used;
}

/** Tables whose newest version is masked with another secret than that of now. */
export function staleTables(lake: ReadableLake): TableName[] {
  const current = secretsOf(lake)[0]?.id ?? null;
  return lake.catalog.tables.all().flatMap(({ table }) => {
    const secret = secretOfTable(lake, table);
    return secret === null || secret === current ? [] : [table];
  });
}

function storeOf(lake: ReadableLake): KeptSecrets {
  return { profile: lake.profile, durable: lake.ledger.context.profileDurable, clock: lake.clock };
}
