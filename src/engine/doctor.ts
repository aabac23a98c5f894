import { access, constants, lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { HmsError } from '../contract/index.ts';
import { systemClock } from './clock.ts';
import { durableOn, ifMissing, inWords, lakePaths, newTxn, placeOf, probePlace, readLakeJson, systemDisk } from './lake/index.ts';
import type { Durable, Place, PlaceProbe } from './lake/index.ts';
import { adviceOn, mountOf } from './mount-options.ts';
import { lakeProfile } from './open.ts';
import type { ReadableLake } from './open.ts';
import { makeProfile } from './profile-folder.ts';
import { keepProbe, keptProbe } from './writing-mode.ts';

/** What a folder can do, in words: whether a lake may live there and how many people may write at once. */
export interface DoctorReport {
  readonly folder: string;
  readonly place: Place;
  readonly checks: readonly DoctorCheck[];
  readonly conclusion: string;
  /** What follows from that for who works there, a sentence each. */
  readonly means: readonly string[];
}

export interface DoctorCheck {
  readonly name: 'fileSystem' | 'mount' | 'writable' | 'exclusiveRename' | 'durability' | 'letterCase' | 'clock' | 'privateKeys';
  /** Null: neither good nor bad, good to know. */
  readonly ok: boolean | null;
  readonly words: string;
}

/** How many names two processes race for; more find rarer faults. */
const ROUNDS = 1_000;

/** Examines a folder by trying it: makes a temporary folder in it (in a lake: in `staging`) and removes it again. For a lake the result is kept in the profile. */
export async function doctor(folder: string, profile: string, rounds = ROUNDS): Promise<DoctorReport> {
  const real = await realpath(folder).catch(ifMissing(null));
  if (real === null) throw new HmsError('USAGE', `There is no folder ${folder}.`, { next: 'Make it, or give another.' });
  const clock = systemClock;
  const place = await placeOf(real);
  const durable = durableOn(systemDisk, place, clock);
  const fileSystem: DoctorCheck = { name: 'fileSystem', ok: null, words: fileSystemWords(place) };
  if (!(await access(real, constants.W_OK).then(() => true, () => false))) {
    const writable: DoctorCheck = { name: 'writable', ok: false, words: 'This account may not write here.' };
    return { folder: real, place, checks: [fileSystem, ...(await mountChecks(real)), writable], conclusion: 'A lake here can be read and verified by this account, not written.', means: ['To write, ask whoever runs this disk or share for permission to make files and folders in it.'] };
  }
  const paths = lakePaths(real);
  const isLake = await lstat(paths.lakeJson).then(() => true, ifMissing(false));
  const probe = await inWords('Trying the folder', 'Nothing was left there.', () => probePlace(isLake ? paths.staging : real, rounds, durable, clock));
  if (isLake) await keepForLake(probe, profile, real, clock);
  const checks: DoctorCheck[] = [
    fileSystem,
    ...(await mountChecks(real)),
    { name: 'writable', ok: true, words: 'This account may write here.' },
    exclusiveCheck(probe),
    { name: 'durability', ok: true, words: durabilityWords(place) },
    { name: 'letterCase', ok: null, words: probe.ignoresCase ? 'Names that differ only in letter case are the same here; the lake stores them so that both are kept.' : 'Names that differ only in letter case are different here.' },
    clockCheck(probe),
    await privateKeyCheck(profile, clock),
  ];
  return { folder: real, place, checks, conclusion: conclusionOf(place, probe), means: meaningOf(place, probe) };
}

function fileSystemWords(place: Place): string {
  if (place.kind === 'share') return `This is a network share (${place.name}).`;
  if (place.kind === 'journaled') return `This is a local disk (${place.name}).`;
  return `This is a disk of a kind that is treated with caution (${place.name}).`;
}

/** How the share is mounted, where it is one; a sentence each. */
async function mountChecks(real: string): Promise<DoctorCheck[]> {
  const mount = await mountOf(real);
  const advice = mount === null ? null : adviceOn(mount);
  if (advice === null) return [];
  const ok = { tested: true, other: null, bad: false }[advice.is];
  return advice.words.map((words) => ({ name: 'mount', ok, words }));
}

function exclusiveCheck(probe: PlaceProbe): DoctorCheck {
  const [a, b] = probe.wins;
  const words = probe.exclusiveRename
    ? `Two processes wanted the same ${probe.rounds} names, and each name went to exactly one of them (${a} and ${b}).`
    : `Two processes wanted the same ${probe.rounds} names, and ${a + b} times one of them was told that it had got it: this place does not keep two writers apart.`;
  return { name: 'exclusiveRename', ok: probe.exclusiveRename, words };
}

function durabilityWords(place: Place): string {
  if (place.kind === 'journaled') return 'What is written is flushed to the disk in batches before it counts.';
  return 'Every file is flushed by itself before it counts, which is slower and needed here.';
}

function clockCheck(probe: PlaceProbe): DoctorCheck {
  const seconds = Math.abs(probe.clockOffset) / 1000;
  const ok = seconds <= 300;
  const words = ok ? `This computer's clock and the disk's differ by ${seconds.toFixed(1)} seconds.` : `This computer's clock and the disk's differ by ${Math.round(seconds)} seconds; more than 300 stop all writing.`;
  return { name: 'clock', ok, words };
}

async function privateKeyCheck(profile: string, clock: typeof systemClock): Promise<DoctorCheck> {
  if (process.platform === 'win32') {
    return { name: 'privateKeys', ok: null, words: 'Private keys lie in the profile folder under the access rights that Windows gives it; check that only this account can open it.' };
  }
  const local = durableOn(systemDisk, { kind: 'journaled', name: 'profile' }, clock);
  const file = join(profile, `mode-${newTxn(clock)}`);
  const kept = await tryMode(local, profile, file);
  return kept
    ? { name: 'privateKeys', ok: true, words: 'Private keys in the profile folder are closed to other accounts.' }
    : { name: 'privateKeys', ok: false, words: `The profile folder ${profile} cannot close a file to other accounts, so no private key is kept there. Set HMS_PROFILE to a folder on a local disk.` };
}

async function tryMode(durable: Durable, profile: string, file: string): Promise<boolean> {
  await inWords('Trying the profile folder', 'The lake was not touched.', async () => {
    await makeProfile(profile, durable);
    await durable.writeNew(file, Buffer.from('mode\n'), 0o600);
  });
  const { mode } = await lstat(file);
  await durable.removeFile(file);
  return (mode & 0o077) === 0;
}

async function keepForLake(probe: PlaceProbe, profile: string, real: string, clock: typeof systemClock): Promise<void> {
  const { lake } = await readLakeJson(lakePaths(real));
  const folder = lakeProfile(profile, lake, real).place;
  await keepProbe(probe, folder, durableOn(systemDisk, { kind: 'journaled', name: 'profile' }, clock));
}

function conclusionOf({ kind }: Place, { exclusiveRename }: Pick<PlaceProbe, 'exclusiveRename'>): string {
  if (!exclusiveRename) return `One writer at a time: this ${kind === 'share' ? 'share' : 'stick or disk'} has no safe rename, so a lake here is written by one workstation only.`;
  if (kind === 'share') return 'Two people can write at the same time here, from different workstations.';
  return 'Two programs can write at the same time here.';
}

function meaningOf({ kind }: Place, { exclusiveRename }: PlaceProbe): string[] {
  if (!exclusiveRename) {
    return [
      'The workstation that wrote last may write, one program at a time; others can have the lake open, read it and verify it.',
      'To let several write, keep the lake on a share or disk that `hms dta doctor` finds safe.',
    ];
  }
  if (kind !== 'share') return ['Other workstations reach a lake here only where the folder is shared over the network; then run `hms dta doctor` there, on the share as they see it.'];
  return [
    'Each commit gets its own number in the ledger. Who commits second is told where both changed the same file, and keeps the draft.',
    'What one workstation commits the others show within 10 seconds, and each sees what the others are doing.',
    'When the share does not answer, reading goes on from what this workstation knows, and says as of when; writing waits.',
  ];
}

/** The same in one line for a lake that is open, from what was tried before: nothing is tried now. */
export async function placeInWords(lake: ReadableLake): Promise<{ readonly words: string; readonly several: boolean | null }> {
  const { place } = lake.durable;
  const kept = place.kind === 'journaled' ? { exclusiveRename: true } : await keptProbe(lakeProfile(lake.profile, lake.lake, lake.paths.root).place);
  const is = fileSystemWords(place);
  if (kept === null) return { words: `${is} Whether two people can write at the same time here is tried when this workstation first writes.`, several: null };
  return { words: `${is} ${conclusionOf(place, kept)}`, several: kept.exclusiveRename };
}
