import type { Command } from 'commander';
import { does, group, leaf, several, stated } from './leaf.ts';
import type { Run } from './leaf.ts';

/** Commands that begin, prove and keep a lake. */
export function addLakeCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Begin:');

  const init = leaf(dta, 'init', 'Make a lake in a new or empty folder.', ['hms dta init /records/lake --zone America/New_York', 'export HMS_LAKE=/records/lake   # names it for later commands', 'hms dta init try-it --sample'])
    .argument('<dir>', 'folder')
    .option('--zone <zone>', "the office's time zone, as in America/New_York; this computer's where it is left out")
    .option('--sample', 'put a made-up year into it, wildfires and tests of seat belts, and mark it as a lake to try things in, not for records');
  does(init, run, async () => (await import('../commands/init.ts')).init);

  const doctor = leaf(dta, 'doctor', 'Try what a folder can do: whether a lake is safe there, and whether several people can write at once. Leaves nothing behind.', ['hms dta doctor /mnt/share']).argument('<dir>', 'folder');
  does(doctor, run, async () => (await import('../commands/upkeep.ts')).doctor);
}

export function addProofCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Hand out and prove:');

  const exported = leaf(dta, 'export', 'Write versions as one signed package, which anyone can check with unzip, sha256sum and openssl.', [
    'hms dta export WF-2024-07:v1 --to zip wildfires_raw.zip',
    'hms dta export WF-2024-07:v1 WF-2024-07:v2 AIR-7:v3 --to zip three.zip',
    'hms dta export WF-2024-07 --to dir out/wildfires --files "*.csv" --as "Maria Ortega"',
  ])
    .argument('<ref...>', 'versions: ID (the newest), ID:v2, ID:tag, or ID@2024-07-30T23:59:59Z; and last the package to write')
    .requiredOption('--to <form>', 'form of the package: zip, or dir for a folder')
    .option('--files <pattern>', 'only files whose names match, as in "*.csv" or "2024/**"; may be given several times', several)
    .option('--as <who>', 'officer who signs: a name or the first 16 digits of a key; "station" for the workstation')
    .option('--passphrase-file <file>', "file whose first line is the passphrase of the officer's key; anyone who can read it can sign")
    .option('--replace', 'overwrite a package that is there');
  does(exported, run, async () => (await import('../commands/export.ts')).exportPackage);

  const verify = leaf(dta, 'verify', 'Check every byte and every proof of a lake, a package, a bag, an OCFL object or an OCFL storage root. Only reads. Exit code 1 where something is wrong.', [
    'hms dta verify /records/lake',
    'hms dta verify wildfires_raw.zip --trust office.cert.pem',
    'hms dta verify transfer-0815.tar.gz                        # a bag of BagIt 0.93 to 1.0, from anyone',
    'hms dta verify /archive/ocfl-root --json                   # the codes of OCFL 1.0 and 1.1',
  ])
    .argument('<path>', 'folder of a lake; a package or bag as a folder or zip, a bag as tar or tar.gz too; folder of an OCFL object or storage root')
    .option('--trust <cert>', 'certificate that you trust (PEM or DER); may be given several times', several)
    .option('--seen <checkpoint>', 'a checkpoint of the lake that was kept elsewhere; the ledger must go on from it');
  does(verify, run, async () => (await import('../commands/verify.ts')).verify);
}

export function addUpkeepCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Keep in order:');

  const station = group(dta, 'station', 'Workstations that may write: list, request, enroll, revoke.', ['hms dta station list', 'hms dta station enroll 3f2a9c01d4e5b677']);
  const list = leaf(station, 'list', 'List the keys of the lake, what their workstations are doing, and the workstations that ask to be enrolled.', ['hms dta station list']);
  does(list, run, async () => (await import('../commands/station.ts')).list);
  const request = leaf(station, 'request', 'Ask that this workstation be enrolled; shows the fingerprint to read aloud.', ['hms dta station request']);
  does(request, run, async () => (await import('../commands/station.ts')).request);
  const enroll = leaf(station, 'enroll', 'Enroll a workstation that asked for it, after its fingerprint was read aloud.', [
    'hms dta station enroll 3f2a9c01d4e5b677',
    'hms dta station enroll 3f2a9c01d4e5b677 --recovery-key recovery-5d0c.key.pem   # when no enrolled workstation is left',
  ])
    .argument('<id16>', 'the first 16 digits of its key')
    .option('--fingerprint <hex>', 'the fingerprint as it was read aloud; needed where nobody can be asked')
    .option('--recovery-key <file>', 'the recovery key that "init" made');
  does(enroll, run, async () => (await import('../commands/station.ts')).enroll);
  const revoke = leaf(station, 'revoke', 'Take the key of a workstation out of the lake. What it signed before stays good.', ['hms dta station revoke 3f2a9c01d4e5b677 -m "Laptop was stolen"'])
    .argument('<id16>', 'the first 16 digits of its key')
    .requiredOption('-m, --message <reason>', 'why', stated);
  does(revoke, run, async () => (await import('../commands/station.ts')).revoke);

  const clock = group(dta, 'clock', "This computer's clock: accept.", ['hms dta clock accept -m "The file server runs on local time until Monday"']);
  const accept = leaf(clock, 'accept', "Accept that this computer's clock differs from the disk's, so that writing goes on.", ['hms dta clock accept -m "The file server runs on local time until Monday"']).requiredOption('-m, --message <reason>', 'why', stated);
  does(accept, run, async () => (await import('../commands/upkeep.ts')).acceptClock);

  const lake = group(dta, 'lake', 'The lake as a whole: fork.', ['hms dta lake fork -m "The share was lost; this is the backup of 3 July"']);
  const fork = leaf(lake, 'fork', 'Go on in a copy or a restored backup as a lake of its own, with a new id.', ['hms dta lake fork -m "The share was lost; this is the backup of 3 July"']).requiredOption('-m, --message <reason>', 'why', stated);
  does(fork, run, async () => (await import('../commands/upkeep.ts')).fork);

  const body = group(dta, 'body', 'The words of ledger entries: destroy.', ['hms dta body destroy 12 --authority "Court order 24-117" -m "Names a minor"']);
  const destroy = leaf(body, 'destroy', 'Destroy the words of a ledger entry (message, names of files, tags) under an authority. The chain and all proofs stay good. A raw drop without its words can be read, and not be normalized again.', [
    'hms dta body destroy 12 --authority "Court order 24-117" -m "Names a minor"',
  ])
    .argument('<seq>', 'number of the entry')
    .requiredOption('--authority <text>', 'what allows it', stated)
    .requiredOption('-m, --message <reason>', 'why', stated);
  does(destroy, run, async () => (await import('../commands/upkeep.ts')).destroy);

  const voided = leaf(dta, 'void', 'Give up the newest version of a dataset whose files are lost, so that the dataset can go on.', ['hms dta void WF-2024-07:v3 -m "Lost with the disk of 3 July"'])
    .argument('<version>', 'version by its number, as in WF-2024-07:v3')
    .requiredOption('-m, --message <reason>', 'why', stated);
  does(voided, run, async () => (await import('../commands/upkeep.ts')).voidIt);

  const rebuild = leaf(dta, 'rebuild', 'Build the catalog of this computer again from the ledger. The lake itself is not changed.', ['hms dta rebuild']);
  does(rebuild, run, async () => (await import('../commands/upkeep.ts')).rebuild);
}
