import { canonicalJson } from '../canonical.ts';
import type { Json } from '../canonical.ts';

/** Actions of a Delta log (delta-io/delta PROTOCOL.md, "Actions"), those that this program writes. */

/** Column → value as the log writes it; null for NULL. */
export type PartitionValues = Readonly<Record<string, string | null>>;

export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly readerFeatures?: readonly string[];
  readonly writerFeatures?: readonly string[];
}

export interface MetaData {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly createdTime?: number;
}

export interface AddFile {
  /** Relative to the table's folder, percent-encoded (RFC 2396). */
  readonly path: string;
  readonly partitionValues: PartitionValues;
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** JSON text of the statistics. */
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string | null>>;
}

export interface RemoveFile {
  readonly path: string;
  readonly deletionTimestamp: number;
  readonly dataChange: boolean;
  readonly extendedFileMetadata: true;
  readonly partitionValues: PartitionValues;
  readonly size: number;
}

export interface DomainMetadata {
  readonly domain: string;
  readonly configuration: string;
  readonly removed: boolean;
}

/** One line of a body, or of a log file after its first. */
export type DeltaAction =
  | { readonly protocol: Protocol }
  | { readonly metaData: MetaData }
  | { readonly domainMetadata: DomainMetadata }
  | { readonly add: AddFile }
  | { readonly remove: RemoveFile };

/** Any reader that knows version 1 reads these tables; only writers that know table features may write them. */
export const PROTOCOL: Protocol = {
  minReaderVersion: 1,
  minWriterVersion: 7,
  writerFeatures: ['appendOnly', 'invariants', 'checkConstraints', 'inCommitTimestamp', 'domainMetadata'],
};

/** Tag of an `add` that gives the hash of the file's bytes. */
export const HASH_TAG = 'hms.sha256';

/** Tag of an `add` that gives its rows, also where it has no statistics. */
export const ROWS_TAG = 'hms.rows';

/** The text of an action without its line end: RFC 8785, so that one action has one text. */
export function actionText(action: DeltaAction): string {
  return canonicalJson(action as unknown as Json);
}

/**
 * The action that a line holds, or null where it is none of those that this program writes, or is not written as it writes them. Members that it does not know are
 * refused too: a line of ours has none.
 */
export function parseAction(line: string): DeltaAction | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
    if (canonicalJson(value as Json) !== line) return null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
  if (!isObject(value)) return null;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return null;
  const check = shapes[name as keyof typeof shapes] as Shape | undefined;
  const body = value[name];
  return Object.hasOwn(shapes, name) && check !== undefined && isObject(body) && fitsShape(body, check) ? (value as DeltaAction) : null;
}

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, { readonly is: Check; readonly optional?: true }>>;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isTextMap: Check = (value) => isObject(value) && Object.values(value).every(isText);
const isNullableMap: Check = (value) => isObject(value) && Object.values(value).every((one) => one === null || typeof one === 'string');
const isPath: Check = (value) => typeof value === 'string' && value !== '';

const shapes = {
  protocol: {
    minReaderVersion: { is: isCount },
    minWriterVersion: { is: isCount },
    readerFeatures: { is: isTexts, optional: true },
    writerFeatures: { is: isTexts, optional: true },
  },
  metaData: {
    id: { is: isText },
    name: { is: isText, optional: true },
    description: { is: isText, optional: true },
    format: { is: (value) => isObject(value) && fitsShape(value, { provider: { is: isText }, options: { is: isTextMap } }) },
    schemaString: { is: isText },
    partitionColumns: { is: isTexts },
    configuration: { is: isTextMap },
    createdTime: { is: isCount, optional: true },
  },
  domainMetadata: { domain: { is: isText }, configuration: { is: isText }, removed: { is: isFlag } },
  add: {
    path: { is: isPath },
    partitionValues: { is: isNullableMap },
    size: { is: isCount },
    modificationTime: { is: isCount },
    dataChange: { is: isFlag },
    stats: { is: isText, optional: true },
    tags: { is: isNullableMap, optional: true },
  },
  remove: {
    path: { is: isPath },
    deletionTimestamp: { is: isCount },
    dataChange: { is: isFlag },
    extendedFileMetadata: { is: (value) => value === true },
    partitionValues: { is: isNullableMap },
    size: { is: isCount },
  },
} satisfies Record<string, Shape>;

function fitsShape(value: Record<string, unknown>, shape: Shape): boolean {
  const names = Object.keys(value);
  return names.every((name) => Object.hasOwn(shape, name)) && Object.entries(shape).every(([name, { is, optional }]) => (Object.hasOwn(value, name) ? is(value[name]) : optional === true));
}
