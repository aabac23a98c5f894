import { fingerprint, isSelfIssued } from './cms.ts';
import type { PackagePlan, PlannedVersion } from './plan.ts';
import { selectionSentence } from './selection.ts';
import { oneLine } from './words.ts';

/** VERIFY.txt: how a stranger checks this package with tools that are already there. docs/formats/export.md sections 6 and 9. */

/** How a package is handed out: as one zip, or as the folder itself. */
export type PackageForm = 'zip' | 'dir';

/** The whole text. The commands hold nothing that a person typed, so nothing in them needs quoting. */
export function verifyText(plan: PackagePlan, form: PackageForm): string {
  const { signer: by, now } = plan.input;
  const { kind, certificateDer } = by;
  const epoch = Math.floor(Date.parse(now) / 1000);
  const trust = isSelfIssued(certificateDer) ? '' : ' -partial_chain';
  const signer = kind === 'officer' ? `${oneLine(by.name)}, officer` : `workstation ${oneLine(by.name)}, not a person`;
  const selection = selectionSentence(plan);
  return `How to check this package
=========================

Package:        ${plan.versions.map(({ name }) => name).join('\n                ')}
Signed by:      ${signer}
Signed at:      ${now.slice(0, 19)}Z (by the clock of the computer that signed)
Certificate:    SHA-256 fingerprint
                ${fingerprint(certificateDer)}
${selection === null ? '' : `\n${selection}\n`}
There are four separate questions: is it unchanged (1, 2 and 4)? Who signed it (3)? Do you trust that
key (3)? When was it signed (3: what the signer's clock said)? No program of the office is needed for any.


${filesStep(plan, form)}


2. Check the signature
----------------------

    openssl cms -verify -binary -inform DER -in signatures/${kind}.p7s -content tagmanifest-sha256.txt -CAfile signatures/${kind}.cert.pem -purpose any${trust} -attime ${epoch} -out /dev/null

It must print "CMS Verification successful". The signature covers tagmanifest-sha256.txt, that list covers
manifest-sha256.txt, and that one covers every file. ${epoch} is the signed time, so that the check still
works when the certificate has expired. On Windows write NUL for /dev/null; openssl comes with Git for Windows.


3. Find out whose key it is
---------------------------

The certificate lies inside the package that it is used to check. Step 2 therefore proves that nothing was
changed since this key signed it. It does not prove whose key it is: anyone can make a certificate with any name.

    openssl x509 -in signatures/${kind}.cert.pem -noout -fingerprint -sha256

Windows without openssl: the line "Cert Hash(sha256)" of
    certutil -dump signatures\\${kind}.cert.pem

Call the office at a number that you know from somewhere else, not from this package. Have the fingerprint read to
you, and compare all 32 pairs with what the command printed. Only then is it the office's key.


4. Check where it came from
---------------------------

${plan.isOne ? 'The inventory of the version, as the ledger names it:' : 'The inventory of each version, as the ledger names it:'}
${plan.versions.map(inventoryCommand).join('\n')}

${plan.isOne ? 'The ledger entry that committed it, as a leaf' : 'The ledger entry that committed each, as a leaf'} of the ledger's tree (RFC 6962):
${plan.versions.map(leafCommand).join('\n')}

On macOS write "shasum -a 256" for sha256sum. ${plan.isOne ? proofName(plan.versions[0]) : 'The .tlog-proof beside each entry'} (C2SP tlog-proof) proves that this leaf is in the tree whose root
stands in the signed checkpoint at its end; compare that checkpoint with one that you got from the office at another time.
`;
}

function filesStep({ top, counts }: PackagePlan, form: PackageForm): string {
  const empty = counts.files === 0;
  const enter = form === 'zip' ? `    unzip ${top}.zip\n    cd ${top}\n` : '';
  const heading = form === 'zip' ? '1. Unpack, and check the files' : '1. Check the files';
  const where = form === 'zip' ? `unpack with "Extract all", then go to the folder ${top}` : 'in the folder of this package';
  const otherName = form === 'zip' ? 'If the zip has another name now, write that name instead. ' : '';
  return `${heading}
${'-'.repeat(heading.length)}
${form === 'zip' ? '' : '\nIn the folder of this package, which is the one that holds VERIFY.txt:\n'}
Linux
${enter}${empty ? '' : '    sha256sum -c manifest-sha256.txt\n'}    sha256sum -c tagmanifest-sha256.txt

macOS
${enter}${empty ? '' : '    shasum -a 256 -c manifest-sha256.txt\n'}    shasum -a 256 -c tagmanifest-sha256.txt

${otherName}${
    empty
      ? 'There are no files, so manifest-sha256.txt is\nempty and the folder data must be empty too. Every line must end in OK.'
      : 'Every line must end in OK.'
  }
The folders must hold no files that the two lists do not name, except in signatures:
    find . -type f | sort

Windows (PowerShell; ${where})
    foreach ($list in 'manifest-sha256.txt', 'tagmanifest-sha256.txt') {
      Get-Content -Encoding UTF8 $list | ForEach-Object {
        $expected = $_.Substring(0, 64); $file = $_.Substring(66)
        if ((Get-FileHash -Algorithm SHA256 -LiteralPath $file).Hash -eq $expected) { "OK   $file" } else { "BAD  $file" }
      }
    }

Windows, one file at a time, without PowerShell; compare with the line of the list
    certutil -hashfile Provenance.txt SHA256`;
}

function inventoryCommand({ proof, content }: PlannedVersion): string {
  return `    sha256sum ${proof}inventory.json\n    ${content.inventoryHash}`;
}

function leafCommand({ proof, content, leafHash }: PlannedVersion): string {
  return `    (printf '\\000'; cat ${proof}${content.entry.seq}.entry.json) | sha256sum\n    ${leafHash}`;
}

function proofName(version: PlannedVersion | undefined): string {
  return version === undefined ? '' : `${version.proof}${version.content.entry.seq}.tlog-proof`;
}
