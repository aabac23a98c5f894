import { z } from 'zod';

/**
 * Identifiers, each a brand made by one parser, so that a bare string cannot reach storage.
 * Grammar: docs/formats/lake.md section 3.
 */

/** Lower-case hex SHA-256, 64 digits. */
export type Sha256 = string & z.$brand<'Sha256'>;
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits').brand<'Sha256'>();

/** Hex SHA-256 of a DER SubjectPublicKeyInfo: who signed. */
export type KeyId = string & z.$brand<'KeyId'>;
export const KeyId = z.string().regex(/^[0-9a-f]{64}$/, 'must be a key id: 64 lower-case hex digits').brand<'KeyId'>();

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export type LakeId = string & z.$brand<'LakeId'>;
export const LakeId = z.string().regex(uuid, 'must be a lower-case UUID').brand<'LakeId'>();

/** UUIDv7, one per acknowledged act. */
export type TxnId = string & z.$brand<'TxnId'>;
export const TxnId = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'must be a UUIDv7').brand<'TxnId'>();

/** `YYYY-MM-DDTHH:MM:SS.sssZ`: sorts as text. */
export type Instant = string & z.$brand<'Instant'>;
export const Instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'must be an instant like 2024-07-30T23:59:59.000Z')
  .refine((text) => {
    const ms = Date.parse(text);
    return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
  }, 'is not a date that exists')
  .brand<'Instant'>();

/** The instant of a number of milliseconds since 1970 UTC, fractions dropped. */
export function instantOf(ms: number): Instant {
  return new Date(Math.trunc(ms)).toISOString() as Instant;
}

const windowsReserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;
const datasetGrammar = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Id of a dataset, public for ever. Aliases share its grammar and its namespace (ignoring ASCII case). */
export type DatasetId = string & z.$brand<'DatasetId'>;
export const DatasetId = z
  .string()
  .regex(datasetGrammar, 'must be 1 to 64 letters, digits, dots, dashes or underscores, and start with a letter or digit')
  .refine((id) => !id.endsWith('.'), 'must not end in a dot')
  .refine((id) => !windowsReserved.test(id), 'is a name that Windows reserves')
  .brand<'DatasetId'>();

/** Whether `DatasetId` takes the text; for where that is asked of every entry of a ledger. */
export function isDatasetId(text: string): text is DatasetId {
  return datasetGrammar.test(text) && !text.endsWith('.') && !windowsReserved.test(text);
}

/** Id of a raw drop. */
export type DropId = string & z.$brand<'DropId'>;
export const DropId = z.string().regex(uuid, 'must be a lower-case UUID').brand<'DropId'>();

/** A raw drop among stored objects: `raw/<uuid>`. No id of a dataset has a slash, so the two never meet. */
export type DropName = `raw/${string}` & z.$brand<'DropName'>;

export function dropName(id: DropId): DropName {
  return `raw/${id}` as DropName;
}

/** The drop that a stored object is; null for a dataset. */
export function dropOf(name: DatasetId | DropName): DropId | null {
  return name.startsWith('raw/') ? (name.slice('raw/'.length) as DropId) : null;
}

/** Number of the program that a raw drop belongs to. */
export type ProgramId = number & z.$brand<'ProgramId'>;
export const ProgramId = z.int('must be a whole number').min(0, 'must be 0 or more').brand<'ProgramId'>();

const contractGrammar = /^[a-z][a-z0-9_]{0,62}$/;

/** Name of a contract, and of the table that it describes: public for ever. */
export type ContractName = string & z.$brand<'ContractName'>;
export const ContractName = z
  .string()
  .regex(contractGrammar, 'must be 1 to 63 lower-case letters, digits or underscores, and start with a letter')
  .refine((name) => !windowsReserved.test(name), 'is a name that Windows reserves')
  .brand<'ContractName'>();

/** Whether `ContractName` takes the text. */
export function isContractName(text: string): text is ContractName {
  return contractGrammar.test(text) && !windowsReserved.test(text);
}

/** Label of a version: lower case, never like `v7`. */
export type Tag = string & z.$brand<'Tag'>;
export const Tag = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, 'must be 1 to 32 lower-case letters, digits, dots, dashes or underscores')
  .refine((tag) => !/^v\d+$/.test(tag), 'may not look like a version number')
  .brand<'Tag'>();

/** Exact name of a file in a version, `/` between segments; any Unicode but NUL, never normalized. */
export type LogicalPath = string & z.$brand<'LogicalPath'>;
export const LogicalPath = z
  .string()
  .min(1, 'must not be empty')
  .refine((path) => !path.includes('\0'), 'must not hold NUL')
  .refine((path) => path.isWellFormed(), 'must be well-formed Unicode')
  .refine((path) => path.split('/').every((s) => s !== '' && s !== '.' && s !== '..'), 'must not have an empty, "." or ".." part')
  .brand<'LogicalPath'>();

/** Path of stored bytes relative to the object root, portable to every file system. */
export type ContentPath = string & z.$brand<'ContentPath'>;

/** Number of a version, 1 or more. */
export type VersionNumber = number & z.$brand<'VersionNumber'>;
export const VersionNumber = z.int().min(1).brand<'VersionNumber'>();

/** The key under which two names of the dataset namespace are the same. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** Which version a person means: by number, tag, instant, or the newest. */
export type VersionRef =
  | { readonly id: DatasetId; readonly by: 'newest' }
  | { readonly id: DatasetId; readonly by: 'number'; readonly version: VersionNumber }
  | { readonly id: DatasetId; readonly by: 'tag'; readonly tag: Tag }
  | { readonly id: DatasetId; readonly by: 'instant'; readonly at: Instant };

/** Parses `ID`, `ID:vN`, `ID:tag` or `ID@INSTANT`. Answers null where the text is none of these. */
export function parseVersionRef(text: string): VersionRef | null {
  const atSign = text.indexOf('@');
  const colon = text.indexOf(':');
  if (atSign >= 0 && (colon < 0 || atSign < colon)) {
    const id = DatasetId.safeParse(text.slice(0, atSign));
    const at = parseLooseInstant(text.slice(atSign + 1));
    return id.success && at !== null ? { id: id.data, by: 'instant', at } : null;
  }
  const id = DatasetId.safeParse(colon < 0 ? text : text.slice(0, colon));
  if (!id.success) return null;
  if (colon < 0) return { id: id.data, by: 'newest' };
  const rest = text.slice(colon + 1);
  const number = /^v([1-9]\d{0,8})$/.exec(rest);
  if (number) return { id: id.data, by: 'number', version: Number(number[1]) as VersionNumber };
  const tag = Tag.safeParse(rest);
  return tag.success ? { id: id.data, by: 'tag', tag: tag.data } : null;
}

/** An RFC 3339 instant with its zone, as people type it (fractions optional), in our form; else null. */
export function parseLooseInstant(text: string): Instant | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : instantOf(ms);
}

/** `WF-2024-07:v1`; of a raw drop, which has one version, `raw:<uuid>`. */
export function versionName(id: DatasetId | DropName, version: number): string {
  const drop = dropOf(id);
  return drop === null ? `${id}:v${version}` : `raw:${drop}`;
}
