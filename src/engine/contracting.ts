import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ContractName, HmsError } from '../contract/index.ts';
import type { Sha256 } from '../contract/index.ts';
import { nearestName, toHex } from '../core/index.ts';
import type { ContractRow, ContractText } from './catalog/index.ts';
import { allContracts, placeContract } from './contract-copies.ts';
import { compareContracts, compileContract, isLater, MOST_CONTRACT_BYTES, nextVersion, versionOf } from './contracts/index.ts';
import type { CompiledContract, ContractChange, ContractPlan, Fault } from './contracts/index.ts';
import { refuseWrongRules } from './contract-rules.ts';
import { codeOf, inWords, newTxn, placeError, sha256 } from './lake/index.ts';
import type { Claimed } from './lake/index.ts';
import type { ReadableLake, WritableLake } from './open.ts';
import type { QueryProcesses } from './query/index.ts';
import { refuseTakenName } from './taken-names.ts';

/** Data contracts of a lake: read, found by name, published. docs/formats/contracts.md. What is held against files: contract-files.ts. */

const NOTHING = 'Nothing was changed.';

/** The bytes of a contract, or of the definition of a cube, in a file of this computer. */
export async function readContractFile(path: string, what: 'contract' | 'cube' = 'contract'): Promise<Uint8Array> {
  try {
    const handle = await open(resolve(path), 'r');
    try {
      const { size } = await handle.stat();
      if (size > MOST_CONTRACT_BYTES) throw new HmsError(what === 'cube' ? 'CUBE_INVALID' : 'CONTRACT_INVALID', `${path} has ${size.toLocaleString('en-US')} bytes; ${MOST_CONTRACT_BYTES.toLocaleString('en-US')} is the most that ${what === 'cube' ? 'the definition of a cube' : 'a contract'} may have.`, { kept: NOTHING });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) {
      if (what === 'cube') throw new HmsError('CUBE_UNKNOWN', `There is no file ${path}.`, { kept: NOTHING, next: 'docs/operations/cubes.md has a definition to begin with.' });
      throw new HmsError('CONTRACT_UNKNOWN', `There is no file ${path}.`, { kept: NOTHING, next: 'A draft is made with: hms dta contract draft FILE' });
    }
    if (codeOf(error) === 'EISDIR') throw new HmsError('USAGE', `${path} is a folder.`, { kept: NOTHING });
    throw placeError(error, `Reading ${path}`, NOTHING);
  }
}

/** A contract that can be used; CONTRACT_INVALID with every fault and its place where it cannot. `what` is how people call it. `isPublished`: what is in doubt of it is past telling. */
export function compiledOf(bytes: Uint8Array, what: string, isPublished = false): CompiledContract {
  const compiled = compileContract(bytes);
  const faults = compiled.ok ? (isPublished ? [] : compiled.doubts) : compiled.faults;
  if (compiled.ok && faults.length === 0) return compiled.compiled;
  const told = faults.slice(0, 10).map(faultLine);
  const more = faults.length > told.length ? ` And ${faults.length - told.length} more.` : '';
  throw new HmsError('CONTRACT_INVALID', `${what} is not a contract that can be used. ${told.join(' ')}${more}`, { kept: NOTHING, facts: { faults } });
}

function faultLine({ line, column, path, message, next }: Fault): string {
  return `Line ${line}, column ${column}${path === '' ? '' : ` (${path})`}: ${message}${next === null ? '' : ` ${next}`}`;
}

export interface NamedContract {
  readonly row: ContractRow;
  readonly compiled: CompiledContract;
}

/**
 * A published contract by `NAME` (the newest), `NAME:1.2.0`, or `NAME:` and the first 8 or more digits of its hash. CONTRACT_UNKNOWN where there is none.
 */
export function contractOf(lake: ReadableLake, ref: string): NamedContract {
  const [name = '', which] = ref.split(':', 2);
  const versions = ContractName.safeParse(name).success ? lake.catalog.contractVersions(name) : [];
  const found = which === undefined ? versions[0] : versions.find(({ version, hash }) => version === which || (/^[0-9a-f]{8,64}$/.test(which) && hash.startsWith(which)));
  if (found === undefined) throw unknownContract(lake, ref, name, versions);
  return { row: found, compiled: compiledOf(Buffer.from(textOf(lake, found)), `The contract ${ref}`, true) };
}

function unknownContract(lake: ReadableLake, ref: string, name: string, versions: readonly ContractRow[]): HmsError {
  const unknown = (next: string): HmsError => new HmsError('CONTRACT_UNKNOWN', `There is no contract ${ref.slice(0, 100)} in this lake.`, { kept: NOTHING, next });
  if (versions.length > 0) return unknown(`There are: ${versions.slice(0, 20).map((row) => `${name}:${row.version ?? row.hash.slice(0, 8)}`).join(', ')}`);
  const names = [...allContracts(lake)].map((row) => row.name);
  const nearest = nearestName(name.slice(0, 100), names);
  if (nearest !== null) return unknown(`The nearest name is ${nearest}. All are listed by: hms dta contract show`);
  return unknown(names.length === 0 ? 'None was published yet: hms dta contract publish FILE' : `There are: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', and more' : ''}`);
}

/** The text of a published contract: from the catalog, which has it from the ledger. */
export function textOf(lake: ReadableLake, { name, hash, version }: ContractRow): string {
  const found: ContractText | null = lake.catalog.contractText(name, hash);
  if (found !== null && found.text !== null) return found.text;
  throw new HmsError('STORED_DAMAGED', `The text of the contract ${name}${version === null ? '' : `:${version}`} is not known: the body of its entry is missing.`, { kept: NOTHING, next: 'Run `hms dta verify` on the lake, and restore what it names from a backup.' });
}

export interface PublishOptions {
  /** The person says that it may break with the version before. */
  readonly major: boolean;
  /** How the document is called to people: the name of its file. */
  readonly called?: string;
  readonly signal: AbortSignal;
  readonly processes?: QueryProcesses;
}

export interface Published {
  readonly name: ContractName;
  readonly version: string;
  readonly hash: Sha256;
  readonly claimed: Claimed;
  /** Against the version before; null where this is the first. */
  readonly changes: readonly ContractChange[] | null;
}

/** Publishes a contract. Its version is later than the one before; what breaks with that one needs a new first number, and `major`. */
export async function publishContract(lake: WritableLake, bytes: Uint8Array, { major, called = 'This', signal, processes }: PublishOptions): Promise<Published> {
  const { plan, text } = compiledOf(bytes, called);
  await refuseWrongRules(lake, plan, signal, processes);
  const hash = toHex(sha256(bytes)) as Sha256;
  const txn = newTxn(lake.clock);
  const folder = lake.paths.transaction(txn);
  for (;;) {
    await inWords('Reading the ledger', NOTHING, () => lake.refresh());
    refuseTakenName(lake, plan.name, 'contract');
    const [before] = lake.catalog.contractVersions(plan.name);
    const changes = before === undefined ? null : judgePublication(lake, before, plan, hash, major);
    const breaks = changes?.some((change) => change.breaks !== null) ?? false;
    const subject = `contract:${plan.name}:${hash}`;
    try {
      const claimed = await lake.ledger.claimWith(
        lake.signer,
        txn,
        { op: 'contract.published', subject, head: { version: plan.version, text, major: breaks }, inputs: before === undefined ? [] : [{ ref: `contract:${plan.name}:${before.hash}`, sha256: before.hash }] },
        () => lake.catalog.contractVersions(plan.name)[0]?.hash === before?.hash,
      );
      // Another version was published meanwhile: this one is judged against that.
      if (claimed === null) continue;
      await inWords('Putting the contract in its folder', 'It is published: the ledger holds it. The next command that writes to the lake puts the copy in its folder.', () => placeContract(lake, plan.name, hash, bytes, folder));
      await lake.ledger.finish(lake.signer, folder);
      lake.ledger.refuseWithoutEffect(claimed);
      return { name: plan.name, version: plan.version, hash, claimed, changes };
    } catch (error) {
      if (error instanceof HmsError && error.code === 'ACT_REFUSED') await lake.durable.removeTree(folder);
      throw error;
    }
  }
}

/** The changes against the newest version; throws where they, or the version that the document gives, may not be. */
function judgePublication(lake: ReadableLake, before: ContractRow, plan: ContractPlan, hash: Sha256, major: boolean): ContractChange[] {
  const { compiled } = contractOf(lake, `${before.name}:${before.hash}`);
  if (lake.catalog.view.hasContract(plan.name, hash)) {
    const same = lake.catalog.contractVersions(plan.name).find((row) => row.hash === hash);
    throw new HmsError('ACT_REFUSED', `The contract ${plan.name} was published in these very words before${same === undefined ? '' : `, as ${plan.name}:${same.version ?? hash.slice(0, 8)}`}.`, { kept: NOTHING, next: `There is nothing to do. What was published is shown by: hms dta contract show ${plan.name}` });
  }
  const changes = compareContracts(compiled.plan, plan);
  const [old, now] = [versionOf(compiled.plan.version), versionOf(plan.version)];
  const next = nextVersion(old, changes);
  const breaking = changes.filter((change) => change.breaks !== null);
  const facts = { changes, version: compiled.plan.version, nextVersion: next };
  if (breaking.length > 0 && (!major || now[0] <= old[0])) {
    const told = breaking.slice(0, 8).map(({ what, breaks }) => `${what} ${breaks ?? ''}`);
    const more = breaking.length > told.length ? ` And ${breaking.length - told.length} more.` : '';
    throw new HmsError('CONTRACT_BREAKS', `It breaks with ${plan.name}:${compiled.plan.version}, which files and questions rely on. ${told.join(' ')}${more}`, {
      kept: NOTHING,
      next: now[0] > old[0] ? 'If that is meant: hms dta contract publish --major FILE' : `If that is meant, write version: "${next}" in it, then: hms dta contract publish --major FILE`,
      facts,
    });
  }
  if (!isLater(now, old)) {
    throw new HmsError('CONTRACT_INVALID', `The contract says version ${plan.version}, and ${plan.name}:${compiled.plan.version} is published.`, { kept: NOTHING, next: `Write version: "${next}" in it.`, facts });
  }
  return changes;
}
