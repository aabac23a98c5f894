import type { Command } from 'commander';
import { does, group, leaf, several } from './leaf.ts';
import type { Run } from './leaf.ts';

const WHO = 'officer: the name, or the first 16 digits of the key';
const PASSPHRASE = ['--passphrase-file <file>', 'file whose first line is the passphrase; anyone who can read it can use the key. Else HMS_PASSPHRASE, else it is asked'] as const;

/** Officers' keys. */
export function addKeyCommands(dta: Command, run: Run): void {
  dta.commandsGroup('Hand out and prove:');
  const key = group(dta, 'key', "Officers' keys: make, import, export, show, list, default, enroll.", ['hms dta key make "Maria Ortega"', 'hms dta key enroll "Maria Ortega"', 'hms dta export WF-2024-07:v1 --to zip out.zip --as "Maria Ortega"']);

  const make = leaf(key, 'make', "Make an officer's key, with a certificate in the officer's name. It is kept in the profile under a passphrase.", ['hms dta key make "Maria Ortega" --organization "Region 5"'])
    .argument('<name>', "the officer's name, as it stands in the certificate")
    .option('--organization <name>', 'office, for the certificate')
    .option('--default', 'let this officer sign exports where nobody is named')
    .option(...PASSPHRASE);
  does(make, run, async () => (await import('../commands/key.ts')).make);

  const imported = leaf(key, 'import', "Take an officer's key from a .p12 or .pfx file, or from a private key in PEM. The passphrase of the file keeps it from then on.", [
    'hms dta key import maria.p12',
    'hms dta key import maria.key.pem --certificate maria.cert.pem --certificate issuing-ca.pem',
  ])
    .argument('<file>', 'the key')
    .option('--certificate <file>', 'its certificate, or one of those that issued it (PEM or DER); may be given several times', several)
    .option('--name <name>', 'name for a self-signed certificate, where there is none')
    .option('--default', 'let this officer sign exports where nobody is named')
    .option(...PASSPHRASE);
  does(imported, run, async () => (await import('../commands/key.ts')).importKey);

  const exported = leaf(key, 'export', "Write an officer's key for another computer, under the same passphrase, or the certificate alone.", ['hms dta key export "Maria Ortega" maria.p12', 'hms dta key export "Maria Ortega" maria.cert.pem --to cert'])
    .argument('<who>', WHO)
    .argument('<file>', 'the file to write')
    .option('--to <form>', 'p12 (where it is left out), pem, or cert for the certificate alone')
    .option(...PASSPHRASE);
  does(exported, run, async () => (await import('../commands/key.ts')).exportKey);

  const show = leaf(key, 'show', "Show an officer's key: certificate, issuer, fingerprint. The private half is never shown.", ['hms dta key show "Maria Ortega"']).argument('<who>', WHO);
  does(show, run, async () => (await import('../commands/key.ts')).show);

  const list = leaf(key, 'list', "List the officers' keys of this profile.", ['hms dta key list']);
  does(list, run, async () => (await import('../commands/key.ts')).list);

  const byDefault = leaf(key, 'default', 'Say who signs exports where nobody is named.', ['hms dta key default "Maria Ortega"', 'hms dta key default station']).argument('<who>', `${WHO}; "station" for the workstation`);
  does(byDefault, run, async () => (await import('../commands/key.ts')).setDefault);

  const enroll = leaf(key, 'enroll', "Enroll an officer's key in the lake, signed by this workstation. From then on the ledger carries the officer's own signature on what the officer does.", ['hms dta key enroll "Maria Ortega"']).argument('<who>', WHO);
  does(enroll, run, async () => (await import('../commands/key.ts')).enroll);
}
