import { z } from 'zod';
import { HmsError } from '../contract/index.ts';
import type { DropId, Instant } from '../contract/index.ts';
import { nearestName } from '../core/index.ts';
import type { RawStatus } from '../contract/api/index.ts';
import type { ContractRow, DropDetail, DropUse } from './catalog/index.ts';
import { allContracts } from './contract-copies.ts';
import { contractOf } from './contracting.ts';
import type { NamedContract } from './contracting.ts';
import type { ReadableLake } from './open.ts';

/** What has become of raw drops: of what the ledger says, of the contracts, and of what this station found (outcomes). */

/** One thing that is wrong with a drop. */
export const DropFinding = z.object({
  /** Name of the contract that it was held against. */
  contract: z.string(),
  /** Null where it is about the file or the whole table. */
  column: z.string().nullable(),
  kind: z.string(),
  message: z.string(),
  count: z.number(),
  samples: z.array(z.object({ line: z.number(), value: z.string().nullable(), why: z.string().nullable() })),
});
export type DropFinding = z.infer<typeof DropFinding>;

const lineWords = ['line', 'row', 'object'] as const;

/** What is kept of a drop that was not taken. */
const Report = z.object({
  contracts: z.array(z.object({ name: z.string(), version: z.string(), sha256: z.string() })),
  rows: z.number(),
  lineWord: z.enum(lineWords),
  findings: z.array(DropFinding),
  /** Why it could not be tried to its end; null where it was. */
  trouble: z.string().nullable(),
});
export type DropReport = z.infer<typeof Report>;

export interface Quarantine extends DropReport {
  readonly at: Instant;
  readonly attempts: number;
  readonly again: Instant | null;
}

export interface DropState {
  readonly status: RawStatus;
  /** Versions of tables that its rows came into. */
  readonly tables: readonly DropUse[];
  /** Contracts that take it. */
  readonly takers: readonly NamedContract[];
  /** What this station found; null where it found nothing wrong, or has not looked. */
  readonly outcome: Quarantine | null;
}

/** Names of files that a pattern means: `*` any characters, `?` one, ignoring case; `.gz` may follow. */
function namesOf(pattern: string): RegExp {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/\*+/g, '.*').replaceAll('?', '.');
  return new RegExp(`^${source}(?:\\.gz)?$`, 'isu');
}

/** Tells the state of drops of one lake. Keep it for as long as many are asked for: contracts are read once. */
export class DropStates {
  readonly #working: (drop: DropId) => boolean;
  readonly #known = new Map<string, NamedContract | null>();
  /** Of the patterns of contracts. */
  readonly #names = new Map<string, RegExp>();
  #contracts: { readonly state: string; readonly newest: readonly NamedContract[] } | null = null;

  /** `working`: whether a drop is at work now. */
  constructor(working: (drop: DropId) => boolean = () => false) {
    this.#working = working;
  }

  of(lake: ReadableLake, drop: DropDetail): DropState {
    const tables = lake.catalog.dropUses(drop.id);
    if (tables.length > 0) return { status: 'normalized', tables, takers: [], outcome: null };
    const outcome = outcomeOf(lake, drop.id);
    const takers = this.takers(lake, drop);
    const status = this.#working(drop.id) ? 'normalizing' : outcome !== null && outcome.again === null ? 'quarantined' : takers.length > 0 ? 'queued_for_etl' : 'stored';
    return { status, tables, takers, outcome };
  }

  /** The contract that it was sent for, else every newest contract with a pattern that its name fits. None where what is known of it was destroyed. */
  takers(lake: ReadableLake, { name, program, contract }: DropDetail): NamedContract[] {
    if (name === null || program === null) return [];
    const newest = this.#newest(lake);
    if (contract !== null) return newest.filter(({ compiled }) => compiled.plan.name === contract);
    return newest.filter(({ compiled }) => compiled.plan.source.patterns.some((pattern) => this.#fits(pattern, name)));
  }

  #fits(pattern: string, name: string): boolean {
    const names = this.#names.get(pattern) ?? namesOf(pattern);
    this.#names.set(pattern, names);
    return names.test(name);
  }

  #newest(lake: ReadableLake): readonly NamedContract[] {
    const state = `${lake.lake.id} ${lake.catalog.view.size}`;
    if (this.#contracts?.state === state) return this.#contracts.newest;
    const rows: ContractRow[] = [];
    for (let after: string | null = ''; after !== null; after = rows.at(-1)?.name ?? null) {
      const page: ContractRow[] = lake.catalog.contracts(after, PAGE);
      rows.push(...page);
      if (page.length < PAGE) break;
    }
    const newest = rows.map((row) => this.#contract(lake, row)).filter((one) => one !== null);
    this.#contracts = { state, newest };
    return newest;
  }

  #contract(lake: ReadableLake, { name, hash }: ContractRow): NamedContract | null {
    const ref = `${name}:${hash}`;
    let found = this.#known.get(ref);
    if (found === undefined) {
      found = readable(lake, ref);
      this.#known.set(ref, found);
    }
    return found;
  }
}

/** Why no contract takes a drop: the rest of a sentence about it. */
export function whyStored(lake: ReadableLake, { contract, destroyed }: DropDetail): string {
  if (destroyed !== null) return 'what the ledger said of it was destroyed, its name with it, so no contract can take it any more';
  if (contract === null) return 'no contract has a pattern that its name fits';
  const nearest = nearestName(contract, [...allContracts(lake)].map(({ name }) => name));
  return `it was sent for the contract ${contract}, which is not published here${nearest === null ? '' : ` (the nearest name is ${nearest})`}`;
}

const PAGE = 500;

/** Null for one that a newer program published and this one cannot read: whoever can takes its drops. */
function readable(lake: ReadableLake, ref: string): NamedContract | null {
  try {
    return contractOf(lake, ref);
  } catch (error) {
    if (error instanceof HmsError) return null;
    throw error;
  }
}

export function outcomeOf(lake: ReadableLake, drop: DropId): Quarantine | null {
  const found = lake.outcomes.get(drop);
  if (found === null) return null;
  const report = reportOf(found.report);
  return report === null ? null : { ...report, at: found.at, attempts: found.attempts, again: found.again };
}

/** Null for one that another version of the program wrote: the drop is tried again. */
function reportOf(text: string): DropReport | null {
  try {
    return Report.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Contracts that were published since a drop was held against those of its report: `trips:1.1.0`. */
export function laterContracts(lake: ReadableLake, held: DropReport['contracts']): string[] {
  return held.flatMap(({ name, sha256 }) => {
    const [newest] = lake.catalog.contractVersions(name);
    return newest === undefined || newest.hash === sha256 ? [] : [`${name}:${newest.version ?? newest.hash.slice(0, 8)}`];
  });
}
