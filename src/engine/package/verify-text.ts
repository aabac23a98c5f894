import { versionName } from '../../contract/index.ts';
import { fingerprint, isSelfIssued } from './cms.ts';
import type { VersionPackageInput } from './types.ts';
import { oneLine } from './words.ts';

/** VERIFY.txt: how a stranger checks this package with tools that are already there. docs/formats/export.md sections 6 and 9. */

/** The whole text, for the package in the folder `top`. The commands hold nothing that a person typed, so nothing in them needs quoting. */
export function verifyText(input: VersionPackageInput, top: string, leafHash: string): string {
  const { kind, certificateDer } = input.signer;
  const epoch = Math.floor(Date.parse(input.now) / 1000);
  const trust = isSelfIssued(certificateDer) ? '' : ' -partial_chain';
  const signer = kind === 'officer' ? `${oneLine(input.signer.name)}, officer` : `workstation ${oneLine(input.signer.name)}, not a person`;
  const empty = input.counts.files === 0;
  return `How to check this package
=========================

Package:        ${versionName(input.dataset, input.version)}
Signed by:      ${signer}
Signed at:      ${input.now.slice(0, 19)}Z (by the clock of the computer that signed)
Certificate:    SHA-256 fingerprint
                ${fingerprint(certificateDer)}

There are four separate questions: is it unchanged (1, 2 and 4)? Who signed it (3)? Do you trust that
key (3)? When was it signed (3: what the signer's clock said)? No program of the office is needed for any.


1. Unpack, and check the files
------------------------------

Linux
    unzip ${top}.zip
    cd ${top}
${empty ? '' : '    sha256sum -c manifest-sha256.txt\n'}    sha256sum -c tagmanifest-sha256.txt

macOS
    unzip ${top}.zip
    cd ${top}
${empty ? '' : '    shasum -a 256 -c manifest-sha256.txt\n'}    shasum -a 256 -c tagmanifest-sha256.txt

If the zip has another name now, write that name instead. ${
    empty
      ? 'This version has no files, so manifest-sha256.txt is\nempty and the folder data must be empty too. Every line must end in OK.'
      : 'Every line must end in OK.'
  }
The folders must hold no files that the two lists do not name, except in signatures:
    find . -type f | sort

Windows (PowerShell; unpack with "Extract all", then go to the folder ${top})
    foreach ($list in 'manifest-sha256.txt', 'tagmanifest-sha256.txt') {
      Get-Content -Encoding UTF8 $list | ForEach-Object {
        $expected = $_.Substring(0, 64); $file = $_.Substring(66)
        if ((Get-FileHash -Algorithm SHA256 -LiteralPath $file).Hash -eq $expected) { "OK   $file" } else { "BAD  $file" }
      }
    }

Windows, one file at a time, without PowerShell; compare with the line of the list
    certutil -hashfile names.csv SHA256


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

The inventory of the version, as the ledger names it:
    sha256sum provenance/inventory.json
    ${input.inventoryHash}

The ledger entry that committed it, as a leaf of the ledger's tree (RFC 6962):
    (printf '\\000'; cat provenance/${input.entry.seq}.entry.json) | sha256sum
    ${leafHash}

On macOS write "shasum -a 256" for sha256sum. provenance/${input.entry.seq}.tlog-proof (C2SP tlog-proof) proves that this leaf is in the tree whose root
stands in the signed checkpoint at its end; compare that checkpoint with one that you got from the office at another time.
`;
}
