import type { CodeMeaning } from '../codes.ts';

/** What a code of the BagIt check says, and where the standard asks for it. */
export interface BagitMeaning extends CodeMeaning {
  /** Section of RFC 8493; for what older versions ask, the section that took its place. Empty for what lies outside of the standard. */
  readonly section: string;
}

const code = <S extends CodeMeaning['severity']>(severity: S, section: string, means: string, next?: string) =>
  ({ severity, section, means, ...(next === undefined ? {} : { next }) }) as const satisfies BagitMeaning;

const ASK_ANEW = 'Do not accept the bag as it is. Ask the sender for the files named here, or for a new copy of the bag.';
const ASK_MEND = 'Ask the sender to make the bag anew with a current program, or keep it apart until someone has looked at it.';
const BEWARE = 'Do not open this bag with other programs: it may be made to do harm. Ask the sender about it.';

/**
 * Everything that the check of a bag can find, as a closed list. An error: the bag is not valid, or nobody can tell. A warning: it is valid, and
 * something in it will trouble other programs or people. A note: nothing is wrong. docs/bagit-codes.md is this table.
 */
export const bagitCodes = {
  // bagit.txt
  BAGIT_DECLARATION_MISSING: code('error', '2.1.1', 'bagit.txt is missing or cannot be read, so nothing says that this is a bag and by which version of the standard.', ASK_MEND),
  BAGIT_DECLARATION_WRONG: code('error', '2.1.1', 'bagit.txt does not say the version and the encoding in the way that the standard asks for.', ASK_MEND),
  BAGIT_DECLARATION_LOOSE: code('warning', '2.1.1', 'bagit.txt is not written as the standard shows it, and can still be understood.'),
  BAGIT_VERSION_UNKNOWN: code('error', '2.1.1', 'The bag declares a version of BagIt that is none of 0.93, 0.94, 0.95, 0.96, 0.97 and 1.0. It was judged as 1.0.', ASK_MEND),
  BAGIT_ENCODING_UNKNOWN: code('error', '2.1.1', 'The bag declares a character encoding that is not known here. Its tag files were read as UTF-8.', ASK_MEND),
  BAGIT_ENCODING_OTHER: code('note', '2.3', 'The tag files are in another encoding than UTF-8. That is allowed, and UTF-8 is recommended.'),
  // Tag files as text
  BAGIT_TEXT_WRONG: code('error', '2.3', 'A tag file is not text in the encoding that bagit.txt declares.', ASK_MEND),
  BAGIT_BOM: code('error', '2.3', 'A tag file begins with a byte order mark, which BagIt 1.0 forbids in UTF-8.', ASK_MEND),
  BAGIT_BOM_LOOSE: code('warning', '2.3', 'A tag file begins with a byte order mark that its encoding does not need.'),
  BAGIT_LINE_END_MISSING: code('note', '2.3', 'The last line of a tag file has no line end.'),
  // Structure
  BAGIT_DATA_MISSING: code('error', '2.1.2', 'The folder data/ is missing.', ASK_ANEW),
  BAGIT_MANIFEST_MISSING: code('error', '2.1.3', 'The bag has no payload manifest, so nothing says which files belong to it.', ASK_ANEW),
  BAGIT_MANIFEST_NAME: code('warning', '2.4', 'The name of a manifest does not write its algorithm as the standard asks: small letters and digits only.'),
  BAGIT_ALGORITHM_UNKNOWN: code('warning', '2.4', 'A manifest uses an algorithm that is not known here, so its checksums could not be checked.'),
  BAGIT_LINE_WRONG: code('error', '2.1.3', 'A line of a manifest is not a checksum of the right length, white space and a path.', ASK_MEND),
  BAGIT_LINE_LOOSE: code('warning', '2.1.3', 'A line of a manifest has white space or a remark where the standard knows none. It was read all the same.'),
  BAGIT_MADE_BY_MD5SUM: code('warning', '6.1.3', 'A manifest is written in the manner of md5sum, with "*" or "\\" marks. It was read all the same; a strict program refuses it.'),
  BAGIT_LISTED_TWICE: code('error', '2.1.3', 'A manifest lists a file twice: with different checksums, or, in BagIt 1.0, at all.', ASK_MEND),
  BAGIT_LISTED_AGAIN: code('warning', '2.1.3', 'A manifest lists a file twice with the same checksum. BagIt 1.0 forbids it.'),
  BAGIT_ENTRY_MISPLACED: code('error', '2.2.1', 'A manifest lists what it must not list: a payload manifest a file outside data/, a tag manifest a file in data/ or a tag manifest.', ASK_MEND),
  BAGIT_ENTRY_UNUSUAL: code('warning', '2.2.1', 'A manifest of an older version lists what belongs into another manifest. The file was checked all the same.'),
  BAGIT_FOLDER_LISTED: code('error', '2.1.3', 'A manifest lists a folder; only files can be listed.', ASK_MEND),
  BAGIT_NOT_IN_EVERY_MANIFEST: code('error', '3', 'A payload file is listed in one manifest and not in another; BagIt 1.0 asks for every file in every payload manifest.', ASK_MEND),
  BAGIT_TAG_MANIFEST_INCOMPLETE: code('error', '2.2.1', 'A tag manifest does not list every payload manifest, as BagIt 1.0 asks.', ASK_MEND),
  // Paths
  BAGIT_PATH_UNSAFE: code('error', '5.1', 'A path could lead to a place outside the bag on some system. Nothing was read there.', BEWARE),
  BAGIT_PATH_LOOSE: code('warning', '2.1.3', 'A path is written with needless parts such as "./". It was read all the same.'),
  BAGIT_PERCENT_LOOSE: code('warning', '2.1.3', 'A path in a BagIt 1.0 bag holds "%" without writing it as "%25". It was read as it stands.'),
  BAGIT_NAME_NORMALIZED: code('warning', '6.1.1', 'A manifest writes a name in another Unicode form than the file has. They look alike; the file was checked.'),
  BAGIT_NAME_CASE: code('warning', '6.1.1', 'A manifest writes a name with other capital letters than the file has, as after a copy to a disk that ignores them. The file was checked.'),
  BAGIT_NAMES_ALIKE: code('warning', '6.1.1', 'Two names differ only in capital letters or in their Unicode form. Many systems take them for one, and one file would replace the other.'),
  BAGIT_NAME_UNPORTABLE: code('note', '6.1.2', 'A name cannot be written on Windows.'),
  BAGIT_SYSTEM_FILE: code('warning', '', 'A file that an operating system leaves in folders is part of the bag. It is seldom meant to be.'),
  // Files
  BAGIT_FILE_MISSING: code('error', '3', 'A file that a manifest lists is missing.', ASK_ANEW),
  BAGIT_FILE_NOT_FETCHED: code('error', '2.2.3', 'A file is still to be fetched: fetch.txt says from where. The bag is not complete. Nothing was downloaded.', 'Let the sender complete the bag, or fetch the files with a program for bags, and check again.'),
  BAGIT_FILE_UNLISTED: code('error', '3', 'A file stands in data/ and no manifest lists it.', ASK_ANEW),
  BAGIT_TAG_FILE_UNLISTED: code('note', '2.2.1', 'A tag file is listed in no tag manifest, so nothing vouches for it.'),
  BAGIT_FILE_ALTERED: code('error', '3', 'The bytes of a file do not have the checksum that a manifest gives.', ASK_ANEW),
  BAGIT_FILE_UNCHECKED: code('error', '3', 'A file could not be checked, because no manifest gives it a checksum that can be computed here.', 'Check the bag with a program that knows the algorithm, or ask the sender for a manifest with SHA-256 or SHA-512.'),
  BAGIT_FILE_UNREADABLE: code('error', '3', 'A file or folder cannot be read, so it could not be checked.', 'Look whether you may read it, and whether the disk is sound; then check again.'),
  BAGIT_LINK: code('error', '5.1', 'Something in the bag is neither a file nor a folder, such as a link. Nothing was read through it.', BEWARE),
  // bag-info.txt
  BAGIT_INFO_WRONG: code('error', '2.2.2', 'A line of the bag metadata is not a label, a colon and a value as the version of the bag asks.', ASK_MEND),
  BAGIT_INFO_LOOSE: code('warning', '2.2.2', 'A line of the bag metadata is not quite as the standard asks, and can still be understood.'),
  BAGIT_OXUM_WRONG: code('error', '2.2.2', 'Payload-Oxum does not say the bytes and files that are in data/, or is not written as it should be.', ASK_ANEW),
  BAGIT_OXUM_REPEATED: code('error', '2.2.2', 'Payload-Oxum is given more than once, which BagIt 1.0 forbids.', ASK_MEND),
  BAGIT_PROFILE_UNCHECKED: code('note', '2.2.2', 'The bag names a BagIt profile. Profiles are not fetched, so it was not held against it.'),
  // fetch.txt
  BAGIT_FETCH_WRONG: code('error', '2.2.3', 'A line of fetch.txt is not an absolute URL, a length or "-", and the path of a payload file.', ASK_MEND),
  BAGIT_FETCH_UNLISTED: code('error', '2.2.3', 'fetch.txt names a file that is not in every payload manifest, as BagIt 1.0 asks.', ASK_MEND),
  BAGIT_FETCH_LOOSE: code('warning', '2.2.3', 'fetch.txt of an older version names a file that no payload manifest lists, or is otherwise not quite as the standard asks.'),
  BAGIT_FETCH_LENGTH: code('warning', '5.3', 'A file has another length than fetch.txt says. What counts is its checksum.'),
  // Archives
  BAGIT_ARCHIVE_UNREADABLE: code('error', '', 'The zip or tar file is damaged or is not one.', ASK_ANEW),
  BAGIT_ARCHIVE_UNSAFE: code('error', '5.1', 'The zip or tar file holds something that an honest writer never makes: unsafe or repeated names, links, entries that overlap. It was not read.', BEWARE),
  BAGIT_ARCHIVE_LOOSE: code('warning', '', 'The zip or tar file holds something besides the one folder of the bag, or the bag without its folder.'),
  BAGIT_PACKAGE_UNJUDGED: code('warning', '', 'This bag is a package of this program in a tar file. It was checked as a bag; its signature and provenance were not.', 'Unpack it and check the folder, to see who signed it.'),
} as const satisfies Record<string, BagitMeaning>;

export type BagitCode = keyof typeof bagitCodes;
