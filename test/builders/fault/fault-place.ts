import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { CancelledError, HmsError } from '../../../src/contract/index.ts';
import type { DatasetId } from '../../../src/contract/index.ts';
import type { Clock } from '../../../src/engine/clock.ts';
import { storedFiles, versionOf } from '../../../src/engine/files.ts';
import { openToWrite } from '../../../src/engine/open.ts';
import type { OpenOptions, ReadableLake, WritableLake } from '../../../src/engine/open.ts';
import { verify } from '../../../src/verify/index.ts';
import type { VerifyReport } from '../../../src/verify/index.ts';
import { waitingClock } from './waiting-clock.ts';

/** A lake, a profile and a folder for packages that can be put back to an earlier state at the same path: catalogs belong to a path. */
export class FaultPlace {
  readonly base: string;
  readonly lake: string;
  readonly profile: string;
  readonly out: string;
  /** Of another workstation. */
  readonly secondProfile: string;
  /** Sources to be put; the same for all trials. */
  readonly sources: string;

  /** What the engine takes the place for; tests that say `share` tell it so by a mock. */
  readonly kind: 'local' | 'share';

  private constructor(base: string, kind: 'local' | 'share') {
    this.base = base;
    this.kind = kind;
    this.lake = join(base, 'now', 'lake');
    this.profile = join(base, 'now', 'profile');
    this.out = join(base, 'now', 'out');
    this.secondProfile = join(base, 'now', 'second-profile');
    this.sources = join(base, 'sources');
    for (const folder of [this.out, this.sources]) mkdirSync(folder, { recursive: true });
  }

  /** In memory where the system has such a place: fsync costs nothing there, and none is lost by that, since faults are made and not met. */
  static async make(kind: 'local' | 'share' = 'local'): Promise<FaultPlace> {
    const memory = '/dev/shm';
    const below = await stat(memory).then(() => memory, () => tmpdir());
    return new FaultPlace(await mkdtemp(join(below, 'hms-fault-')), kind);
  }

  save(name: string): void {
    cpSync(join(this.base, 'now'), join(this.base, `saved-${name}`), { recursive: true, preserveTimestamps: true });
  }

  restore(name: string): void {
    rmSync(join(this.base, 'now'), { recursive: true, force: true });
    cpSync(join(this.base, `saved-${name}`), join(this.base, 'now'), { recursive: true, preserveTimestamps: true });
  }

  /** Only the catalogs of a saved state: what a power cut leaves of a database that is flushed now and then, or nothing where `name` is null. */
  restoreCatalog(name: string | null): void {
    for (const file of globSync('lakes/*/*/catalog.sqlite*', { cwd: this.profile })) rmSync(join(this.profile, file));
    if (name === null || !existsSync(this.profile)) return;
    const saved = join(this.base, `saved-${name}`, 'profile');
    for (const file of globSync('lakes/*/*/catalog.sqlite*', { cwd: saved })) {
      // Without its folder the profile does not know this lake any more.
      if (existsSync(dirname(join(this.profile, file)))) cpSync(join(saved, file), join(this.profile, file));
    }
  }

  options(rest: Partial<OpenOptions> = {}): OpenOptions {
    return { folder: this.lake, profile: this.profile, grace: 0, clock: patientClock(), ...rest };
  }

  open(rest: Partial<OpenOptions> = {}): Promise<WritableLake> {
    return openToWrite(this.options(rest));
  }

  verify(): Promise<VerifyReport> {
    return verify(this.lake, { workers: 0 });
  }

  /** Folders in staging, to say what is left behind. */
  staged(): string[] {
    return existsSync(join(this.lake, 'staging')) ? readdirSync(join(this.lake, 'staging')) : [];
  }

  /** Whether a finding concerns a copy that is rewritten in place on a share, which a crash leaves half written: readers use its source. */
  isHalfCopy(line: string): boolean {
    return this.kind === 'share' && /^(CHECKPOINT_UNREADABLE|TILE_ALTERED|ROOT_INVENTORY_ALTERED|SIDECAR_WRONG) /.test(line);
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** A clock for which waiting takes no time. */
export function patientClock(rest: Partial<Clock> = {}): Clock {
  return { ...waitingClock(() => Promise.resolve()), ...rest };
}

export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What a version must be: the text or bytes of each file. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

/** The version's list of files and every byte of them, read through the engine, are these. */
export async function expectVersion(lake: ReadableLake, dataset: string, version: number, files: Files): Promise<void> {
  const listed = [...(lake.catalog.iterateFiles(dataset as DatasetId, version) ?? [])];
  const wanted = Object.entries(files).map(([path, bytes]) => [path, hashOf(bytes)]);
  expect(listed.map((file) => [file.path, file.sha256]).sort()).toEqual(wanted.sort());
  const stored = await storedFiles(lake, versionOf(lake, `${dataset}:v${version}`));
  for (const { path, sha256 } of listed) expect([path, hashOf(readFileSync(stored(sha256)))]).toEqual([path, sha256]);
}

/** What the check finds wrong, in a line each. */
export function errorsOf(report: VerifyReport): string[] {
  return report.findings.filter((finding) => finding.severity === 'error').map((finding) => `${finding.code} ${finding.path}: ${finding.message}`);
}

/** What is wrong with an error as people get it: it must be an expected one, with what was kept and what to do. Null: nothing. */
export function misfit(error: unknown): string | null {
  if (error instanceof CancelledError) return null;
  if (!(error instanceof HmsError)) return `not an expected error, but ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  if (error.kept === undefined || error.kept === '') return `${error.code} does not say what was kept: ${error.message}`;
  if (error.next === undefined || error.next === '') return `${error.code} does not say what to do: ${error.message}`;
  return null;
}
