import type { CodeMeaning } from '../codes.ts';

/** A version of the specification. */
export type Spec = '1.0' | '1.1';

interface OcflMeaning extends CodeMeaning {
  /** Section of the specification that states the rule; '' where the code is not the standard's. */
  readonly section: string;
  /** Where only one version of the specification has the code. */
  readonly only?: Spec;
  /** Why no check can tell that the rule was broken. */
  readonly never?: string;
}

const error = (section: string, means: string, more: Pick<OcflMeaning, 'only' | 'never'> = {}): OcflMeaning => ({ severity: 'error', section, means, ...more });
const warning = (section: string, means: string, more: Pick<OcflMeaning, 'only' | 'never'> = {}): OcflMeaning => ({ severity: 'warning', section, means, ...more });

/** For the compiler: the names of the table are kept, its entries are all alike. */
const table = <C extends string>(codes: Readonly<Record<C, OcflMeaning>>): Readonly<Record<C, OcflMeaning>> => codes;

/**
 * Everything that the check of an OCFL object or storage root can find: all validation codes of OCFL 1.0 and 1.1, also those that no check can
 * raise, and at the end what the standard has no code for. Sections are those of OCFL 1.1. docs/ocfl-codes.md is made from this table.
 */
export const ocflCodes = table({
  E001: error('3.1', 'A file or folder stands at the top of an object where OCFL allows nothing of that name.'),
  E002: error('3.2', 'The file that declares an object is not named in the way of a declaration, a number, an equals sign and what is declared.'),
  E003: error('3.2', 'An object has no file that declares its OCFL version, or more than one.'),
  E004: error('3.2', 'The file that declares an object does not name an OCFL version that exists.'),
  E005: error('3.2', 'The name of the file that declares an object does not begin with 0.'),
  E006: error('3.2', 'The file that declares an object does not say that it is an OCFL object.'),
  E007: error('3.2', 'The text in the file that declares an object is not the one that belongs to its name.'),
  E008: error('3.3', 'An inventory describes no version at all.'),
  E009: error('3.3', 'The versions of an object do not begin with version 1.'),
  E010: error('3.3', 'A version is missing between others.'),
  E011: error('3.3', 'A version of an object with zero-padded version names has a name without the leading zero.'),
  E012: error('3.3', 'The names of versions mix padded and plain numbers, or padded numbers of different lengths.'),
  E013: error('3.3', 'A later version is not named in the way that the first version began.'),
  E014: error('3.3', 'An inventory refers to a version folder by another spelling than the folder has.'),
  E015: error('3.3', 'A file stands in a version folder beside the inventory and its digest.'),
  E016: error('3.3.1', 'A version has files to be preserved, and no content folder.'),
  E017: error('3.3.1', 'The name of the content folder is not a plain name.'),
  E018: error('3.3.1', 'The name of the content folder is one or two periods.'),
  E019: error('3.3.1', 'The name of the content folder is set in a later version and is not set, or is another, in the first.'),
  E020: error('3.3.1', 'The name of the content folder changes between versions.'),
  E021: error('3.3.1', 'The inventory sets no name for the content folder, and refers to one that is not called "content".'),
  E022: error('3.3.1', 'Other folders in a version folder are to be ignored.', { never: 'It tells programs what to do: this check ignores what is in such folders and says only that they are there (W002).' }),
  E023: error('3.3.1', 'The files in the content folders and the files that the manifest lists are not the same.'),
  E024: error('3.3.1', 'There is an empty folder among the content.'),
  E025: error('3.4', 'The digest algorithm of an inventory is neither sha512 nor sha256.'),
  E026: error('3.4', 'Additional digests are of an algorithm that no list names.', { never: 'The same rule as E056, which this check reports; an algorithm of an extension that it does not know must be ignored (E028).' }),
  E027: error('3.4', 'Programs must know the digest algorithms of the specification.', { never: 'It tells programs what to do: this check computes all of them.' }),
  E028: error('3.4', 'Programs must ignore digest algorithms that they do not know.', { never: 'It tells programs what to do: this check leaves such digests out, with the note FIXITY_UNKNOWN.' }),
  E029: error('3.4', 'A sha1 digest is not written in 40 hexadecimal digits.'),
  E030: error('3.4', 'A sha256 digest is not written in 64 hexadecimal digits.'),
  E031: error('3.4', 'A sha512 digest is not written in 128 hexadecimal digits.'),
  E032: error('3.4', 'A blake2b-512 digest is not written in 128 hexadecimal digits.'),
  E033: error('3.5', 'An inventory is not readable as JSON in UTF-8, or is not built as an inventory must be.'),
  E034: error('3.5', 'The inventory is not named inventory.json.'),
  E035: error('3.5', 'A content path in an inventory uses another separator than the forward slash.'),
  E036: error('3.5.1', 'An inventory lacks its id, type, digest algorithm or head.'),
  E037: error('3.5.1', 'The id of an object is empty, is not a text, is not the same in all its versions, or is that of another object too.'),
  E038: error('3.5.1', 'The type of an inventory is not the one that belongs to the OCFL version that the object declares.'),
  E039: error('3.5.1', 'Digests in the manifest are of another algorithm than the inventory says.'),
  E040: error('3.5.1', 'The head of an inventory is not its newest version.'),
  E041: error('3.5.1', 'An inventory has no manifest or no versions.'),
  E042: error('3.5.2', 'The manifest names a path that is not in the content folder of a version of this object.'),
  E043: error('3.5.3', 'An inventory has no block of versions.'),
  E044: error('3.5.3', 'What an inventory has in the place of its versions is not a block of versions.'),
  E045: error('3.5.3', 'The versions of an inventory are not a JSON object.'),
  E046: error('3.5.3', 'The versions in an inventory and the version folders are not the same.'),
  E047: error('3.5.3', 'What an inventory says of a version is not a JSON object.'),
  E048: error('3.5.3.1', 'What an inventory says of a version lacks the time at which it was made, or its files.'),
  E049: error('3.5.3.1', 'The time at which a version was made is not written with date, time to the second and time zone.'),
  E050: error('3.5.3.1', 'The files of a version refer to a digest that the manifest does not have in the same spelling, or are not listed as they must be.'),
  E051: error('3.5.3.1', 'The name of a file in a version is not a text.'),
  E052: error('3.5.3.1', 'The path of a file in a version has an empty part, or a part that is one or two periods.'),
  E053: error('3.5.3.1', 'The path of a file in a version begins or ends with a slash.'),
  E054: error('3.5.3.1', 'The user of a version has no name, or is not written as it must be.'),
  E055: error('3.5.4', 'The block of additional digests must be called fixity.', { never: 'A block of another name is a key that OCFL does not know, which is E102.' }),
  E056: error('3.5.4', 'Additional digests stand under a name that is not that of a digest algorithm.'),
  E057: error('3.5.4', 'Additional digests are not listed as a manifest lists them, or are of files that the manifest does not have.'),
  E058: error('3.6', 'The file with the digest of an inventory is missing.'),
  E059: error('3.6', 'The digest beside an inventory is of another algorithm than the inventory says.'),
  E060: error('3.6', 'The digest beside an inventory is not the digest of that inventory.'),
  E061: error('3.6', 'The file with the digest of an inventory is not written as it must be.'),
  E062: error('3.6', 'The digest of an inventory must be written last.', { never: 'It says in which order to write; what stands on a disk does not tell.' }),
  E063: error('3.7', 'An object has no inventory at its top.'),
  E064: error('3.7', 'The inventory at the top of an object is not the same as that of its newest version.'),
  E066: error('3.7', 'The inventory of an earlier version lists other files for a version than the inventory at the top does.'),
  E067: error('3.9', 'Something other than a folder stands in the folder for extensions of an object.'),
  E068: error('4.5', 'An extension is described neither in the repository of extensions nor in the storage root.', { only: '1.0', never: 'A text in the storage root may describe it in any words.' }),
  E069: error('4.1', 'A storage root has no file that declares it as one.'),
  E070: error('4.1', 'ocfl_layout.json is not JSON with an extension and a description.'),
  E071: error('4.1', 'ocfl_layout.json does not name a registered layout.'),
  E072: error('4.1', 'A file that belongs to no object stands among the folders of a storage root.'),
  E073: error('4.1', 'There is an empty folder in a storage root.'),
  E074: error('4.1', 'Storage roots must not depend on one another.', { never: 'It is a rule for how several storage roots are used; none of them shows it.' }),
  E075: error('4.2', 'The file that declares a storage root is not named in the way of a declaration, a number, an equals sign and what is declared.'),
  E076: error('4.2', 'More than one file declares the OCFL version of a storage root.'),
  E077: error('4.2', 'The file that declares a storage root does not name an OCFL version that exists.'),
  E078: error('4.2', 'The name of the file that declares a storage root does not begin with 0.'),
  E079: error('4.2', 'The file that declares a storage root does not say that it is an OCFL storage root.'),
  E080: error('4.2', 'The text in the file that declares a storage root is not the one that belongs to its name.'),
  E081: error('4.2', 'An object is of a later OCFL version than the storage root that holds it.'),
  E082: error('4.3', 'An object stands inside another object.'),
  E083: error('4.3', 'An object is not in the place that the layout of the storage root gives to its id.'),
  E084: error('4.3', 'A file stands in a folder that is only on the way to objects.'),
  E085: error('4.3', 'A way through the folders of a storage root does not end at an object.'),
  E086: error('4.4', 'Something other than a folder stands in the folder for extensions of a storage root.', { only: '1.0' }),
  E087: error('4.1', 'Files at the top of a storage root that a check does not know are to be ignored.', { never: 'It tells programs what to do: this check ignores them.' }),
  E088: error('4.1', 'A folder in a storage root is neither for objects nor for extensions.'),
  E089: error('4.6', 'Something that is neither a file nor a folder stands among the content; it should have been wrapped in a file.'),
  E090: error('4.6', 'A link stands in a place where OCFL allows only files and folders. It was not followed.'),
  E091: error('4.6', 'File systems must keep the case of names.', { only: '1.0', never: 'A name shows how it is written, not how it was given.' }),
  E092: error('3.5.2', 'A file that the manifest lists is missing, or its bytes are not those that were stored.'),
  E093: error('3.5.4', 'An additional digest does not belong to the bytes of its file.'),
  E094: error('3.5.3.1', 'The message of a version is not a text.'),
  E095: error('3.5.3.1', 'Two files of a version have the same path, or the path of one is a folder of another.'),
  E096: error('3.5.2', 'A digest stands in the manifest twice.'),
  E097: error('3.5.4', 'A digest stands twice among the additional digests of one algorithm.'),
  E098: error('3.5.2', 'A content path is to be read as parts with slashes between them.', { never: 'It says how to read a path; bad parts are E099 and E100.' }),
  E099: error('3.5.2', 'A content path has an empty part, or a part that is one or two periods.'),
  E100: error('3.5.2', 'A content path begins or ends with a slash.'),
  E101: error('3.5.2', 'The same content path is listed twice, or one is a folder of another.'),
  E102: error('3.5', 'An inventory has a key that OCFL does not know.'),
  E103: error('3.7.1', 'A version of an object is of an earlier OCFL version than the version before it.', { only: '1.1' }),
  E104: error('3.3', 'The name of a version does not begin with v.', { only: '1.1' }),
  E105: error('3.3', 'What follows the v in the name of a version is not a whole number above 0.', { only: '1.1' }),
  E106: error('3.5.2', 'The manifest is not a JSON object.', { only: '1.1' }),
  E107: error('3.5.2', 'The manifest has a digest that no version uses.', { only: '1.1' }),
  E108: error('3.3.1', 'The name of the content folder cannot be that of a folder in the version folder.', { only: '1.1' }),
  E110: error('3.5.1', 'The id of an object changes between its versions.', { only: '1.1' }),
  E111: error('3.5.4', 'The additional digests are not a JSON object.', { only: '1.1' }),
  E112: error('4.4', 'Something other than a folder stands in the folder for extensions of a storage root.', { only: '1.1' }),
  W001: warning('3.3', 'The names of the versions are padded with zeros.'),
  W002: warning('3.3', 'A folder stands in a version folder beside the content folder. Nothing in it was checked.'),
  W003: warning('3.3.1', 'A version has a content folder without files.'),
  W004: warning('3.4', 'An inventory uses sha256, and sha512 is recommended.'),
  W005: warning('3.5.1', 'The id of an object is not a URI.'),
  W007: warning('3.5.3.1', 'A version has no message or no user.'),
  W008: warning('3.5.3.1', 'The user of a version has no address.'),
  W009: warning('3.5.3.1', 'The address of the user of a version is not a URI.'),
  W010: warning('3.7', 'A version has no inventory of its own.'),
  W011: warning('3.7', 'The inventory of an earlier version gives another time, message or user for a version than the inventory at the top does.'),
  W012: warning('3.8', 'The folder for logs should hold records of what was done.', { never: 'Logs have no form that a check could know.' }),
  W013: warning('3.9', 'A folder for an extension has a name that is not registered.'),
  W014: warning('4.3', 'Objects of a storage root are laid out in more than one way.'),
  W015: warning('4.3', 'Some objects stand at the top of a storage root and others deeper.'),
  W016: warning('4.4', 'A folder for an extension of a storage root has a name that is not registered.', { only: '1.1' }),
  FILE_UNREADABLE: error('', 'A file or folder cannot be read, so it could not be checked.'),
  FIXITY_UNKNOWN: { severity: 'note', section: '', means: 'Additional digests are of an algorithm that this check does not know. They were left out, as the specification asks.' },
  LAYOUT_UNKNOWN: { severity: 'note', section: '', means: 'The layout of the storage root could not be computed here, so the places of objects were not compared with their ids.' },
});

export type OcflCode = keyof typeof ocflCodes;

/** What the codes that OCFL 1.1 added were before: the rule under which OCFL 1.0 has the same defect. */
const before11 = {
  E104: 'E046',
  E105: 'E046',
  E106: 'E041',
  E107: 'E050',
  E108: 'E017',
  E110: 'E037',
  E111: 'E056',
  E112: 'E086',
  W016: 'W013',
} as const satisfies Partial<Record<OcflCode, OcflCode>>;

/** The code that a version of the specification has for a defect, given that of OCFL 1.1. */
export function codeIn(spec: Spec, code: OcflCode): OcflCode {
  return spec === '1.0' && code in before11 ? before11[code as keyof typeof before11] : code;
}
