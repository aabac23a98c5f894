import type { Finding } from '../contract/index.ts';

/** What a code of a checker says. */
export interface CodeMeaning {
  readonly severity: Finding['severity'];
  /** What it means, in one plain sentence or two. */
  readonly means: string;
  /** What to do about it, for people; absent where nothing need be done or the summary of the report says it. */
  readonly next?: string;
}

const code = <S extends Finding['severity']>(severity: S, means: string) => ({ severity, means }) as const satisfies CodeMeaning;

/**
 * Everything that the check can find, as a closed list. An error means: something was lost or changed, or cannot be proved. A warning:
 * something is there that nobody vouches for, or a copy that can be made again is gone. A note: nothing is wrong.
 * docs/verify-codes.md is this table.
 */
export const verifyCodes = {
  // The lake itself
  LAKE_JSON_ALTERED: code('error', 'lake.json is missing, is not in the form that it is written in, or is not the file that the first ledger entry names.'),
  FOREIGN_FILE: code('warning', 'A file or folder stands where the program writes nothing of that name. It was left alone and nothing was read from it.'),
  README_DIFFERS: code('warning', 'README.txt is missing, or its words are none that this program writes. No record and no proof depends on it, but people may go by what it says.'),
  CERTIFICATE_DIFFERS: code('warning', 'A certificate in keys/ is not the one that was enrolled, or belongs to no key of this lake. These files are copies for people; the ledger counts.'),
  LAKE_GREW: code('note', 'The lake was written to while the check ran; what was added is not checked. Run the check again to include it.'),
  // Ledger
  LEDGER_EMPTY: code('error', 'The ledger has no entries, so nothing in the lake can be proved.'),
  LEDGER_BLOCKED: code('error', 'At the next number of the ledger stands a folder without an entry that can be read. Nothing can be written until a person has looked at it and moved it away.'),
  LEDGER_GAP: code('error', 'There are entries beyond the place where the ledger ends: entries before them are missing.'),
  LEDGER_SHORTENED: code('error', 'The ledger has fewer entries than a checkpoint vouches for: entries at its end were removed.'),
  LEDGER_REWRITTEN: code('error', 'The entries do not give the root that a signed checkpoint vouches for: an entry was changed, or the ledger was written anew.'),
  ENTRY_NO_EFFECT: code('error', 'An entry is damaged, forged or does not fit what came before it. It counts in the tree and changes nothing.'),
  ENTRY_NEWER: code('warning', 'An entry was written by a newer version of the program, so what it did could not be judged.'),
  BODY_MISSING: code('error', 'The body of an entry, or its salt, is missing, and no entry says that it was destroyed.'),
  BODY_ALTERED: code('error', 'The body of an entry, or its salt, was changed after it was written.'),
  BODY_UNREADABLE: code('error', 'The body of an entry cannot be read, or does not say what a body of its kind says.'),
  BODY_NOT_REMOVED: code('note', 'An entry says that a body was destroyed, and its files are still there. The next program that writes to the lake removes them.'),
  CHECKPOINT_MISSING: code('warning', 'There is no checkpoint, so nobody vouches for the length of the ledger. The next program that writes to the lake makes one.'),
  CHECKPOINT_UNREADABLE: code('error', 'The checkpoint is damaged: it is not in the form of a checkpoint of this lake.'),
  CHECKPOINT_SIGNATURE_WRONG: code('error', 'The checkpoint carries no good signature of a station of this lake.'),
  CHECKPOINT_BEHIND: code('note', 'The ledger is longer than its checkpoint, as after an interruption. The next program that writes to the lake makes a new one.'),
  TILE_ALTERED: code('error', 'A tile of the Merkle tree does not hold the hashes that follow from the entries. It can be made again from them.'),
  TILE_MISSING: code('warning', 'A tile of the Merkle tree is missing. It can be made again from the entries.'),
  FORK_INTERRUPTED: code('warning', 'A fork of this lake was begun and interrupted. Nothing is lost, and both ledgers were checked where they are; the same command, run again, finishes it.'),
  ORIGIN_MISSING: code('error', 'This lake goes on from another one, and the ledger of that one is missing or too short.'),
  // Store
  STORAGE_ROOT_ALTERED: code('error', 'A file that says how a storage root is laid out is missing or was changed.'),
  STORAGE_ROOT_TEXT: code('warning', 'A file that says how a storage root is laid out is worded differently from what the program writes, and says the same.'),
  INVENTORY_MISSING: code('error', 'The inventory of a version is missing or cannot be read.'),
  INVENTORY_ALTERED: code('error', 'The inventory of a version is not the one whose hash stands in the ledger.'),
  INVENTORY_UNSOUND: code('error', 'An inventory contradicts itself or is not written as OCFL 1.1 and the format of the lake ask. The code of OCFL 1.1 is named.'),
  INVENTORY_CONTRADICTS: code('error', 'An inventory describes an earlier version differently from that version itself.'),
  LINEAGE_WRONG: code('error', 'An entry says of a version that it was made from something that the ledger does not have in that form: another hash, a later version, or one that the entry itself does not name.'),
  STATE_DIFFERS: code('error', 'The list of changes in the ledger does not lead to the files that the inventory of the version lists.'),
  VOIDED_WRONG: code('error', 'A voided version does not have exactly the files of the version before it.'),
  SIDECAR_WRONG: code('error', 'The file that repeats the hash of an inventory is missing or says another hash.'),
  DECLARATION_WRONG: code('error', 'The file that says that a folder is an OCFL 1.1 object is missing or was changed.'),
  ROOT_INVENTORY_BEHIND: code('note', 'The copy of the inventory at the top of an object is that of an earlier version, as after an interrupted commit. The next program that writes to the lake mends it.'),
  ROOT_INVENTORY_ALTERED: code('error', 'The copy of the inventory at the top of an object is missing or is that of no version. The versions have their own; "hms dta rebuild" makes this copy again.'),
  FILE_ALTERED: code('error', 'The bytes of a file are not those that the version was committed with.'),
  FILE_MISSING: code('error', 'A file of a version is missing.'),
  FILE_UNREADABLE: code('error', 'A file or folder cannot be read, so it could not be checked.'),
  FILE_UNLISTED: code('error', 'A file stands among the content of a version, and no inventory lists it.'),
  FILE_UNEXPECTED: code('error', 'Something stands in an object where OCFL allows nothing of that name.'),
  CONTENT_UNCHECKED: code('error', 'Files could not be checked, because no inventory that lists them is intact.'),
  EMPTY_FOLDER: code('note', 'A folder of a storage root is empty, as after an interrupted commit. It may be removed.'),
  VERSION_LOST: code('error', 'A version stands in the ledger, and its folder is neither in its place nor in staging.'),
  INTERRUPTED_COMMIT: code('note', 'A version is committed and its folder is still in staging. The next program that writes to the lake puts it in place; its files were checked where they are.'),
  FOREIGN_VERSION: code('warning', 'A version folder stands in an object and no ledger entry names it. It was left alone and not checked.'),
  FOREIGN_OBJECT: code('warning', 'An object stands in a storage root and no ledger entry names it. It was left alone and not checked.'),
  // Tables
  TABLE_COMMIT_WRONG: code('error', 'The ledger\'s words for a version of a table are missing, do not have the hash that the entry gives, or do not lead on from the version before; which files it has cannot be proved.'),
  TABLE_LOG_ALTERED: code('error', 'A commit or a checksum in the log of a table is not what the ledger says, so that other programs read something else. It can be made again from the ledger.'),
  TABLE_LOG_MISSING: code('error', 'A commit is missing in the log of a table, between others. It can be made again from the ledger.'),
  TABLE_LOG_FOREIGN: code('error', 'A commit stands in the log of a table, and no ledger entry made it: another program wrote there. The table is not written until a person has moved it away.'),
  DRAFT_OPEN: code('note', 'A draft, or something that is being received, is in staging and not committed.'),
  STAGING_LEFT: code('note', 'A folder is left in staging of an act that is done, or that was interrupted before it had begun.'),
  // Contracts
  CONTRACT_ALTERED: code('error', 'A file in contracts/ is not the contract that its name says. The ledger holds the text: once the file is moved away, the next program that writes to the lake makes it again.'),
  CONTRACT_MISSING: code('warning', 'The copy in contracts/ of a contract that was published is missing. The ledger holds the text; the next program that writes to the lake makes it again.'),
  // Packages
  ZIP_UNSAFE: code('error', 'The zip file holds something that an honest writer never makes: unsafe or repeated names, links, hidden or additional data.'),
  ZIP_UNREADABLE: code('error', 'The zip file is damaged or is not one.'),
  BAG_DECLARATION_WRONG: code('error', 'bagit.txt is missing or does not declare a BagIt 1.0 bag in UTF-8.'),
  BAG_INFO_WRONG: code('error', 'bag-info.txt does not agree with what is in the package.'),
  MANIFEST_WRONG: code('error', 'A manifest is missing, cannot be read, or is not written as it should be.'),
  PACKAGE_FILE_ALTERED: code('error', 'The bytes of a file in the package are not those that were packed.'),
  PACKAGE_FILE_MISSING: code('error', 'A file that the package lists is missing.'),
  PACKAGE_FILE_EXTRA: code('error', 'A file in the package is listed nowhere: it was added.'),
  SIGNATURE_MISSING: code('error', 'The package is not signed, or the certificate of its signer is missing.'),
  SIGNATURE_WRONG: code('error', 'The signature of the package is not good.'),
  CERTIFICATE_WRONG: code('error', 'The certificate beside the signature cannot be read, is not the one that the signature carries, or its file holds something else too.'),
  CERTIFICATE_OUT_OF_DATE: code('warning', 'The certificate was not valid at the time at which the signer says that it signed.'),
  SIGNER_NOT_TRUSTED: code('warning', 'The signature is good, and its certificate is none that the person who checks trusts, nor issued by one.'),
  PROVENANCE_WRONG: code('error', 'The ledger entry, the inventory and the files in the package do not agree.'),
  SELECTION_WRONG: code('error', 'The package does not say rightly which files of its versions were selected.'),
  PACKAGE_SELECTION: code('note', 'The package holds only files whose names match a pattern, and says so.'),
  PROOF_WRONG: code('error', 'The proof does not show that the entry stands in the ledger.'),
  STATION_UNKNOWN: code('note', 'The entry or the checkpoint is signed by a station whose certificate is not at hand, so that signature could not be checked.'),
} as const satisfies Record<string, CodeMeaning>;

export type VerifyCode = keyof typeof verifyCodes;
