import { z } from 'zod';
import { DatasetId, Instant, LogicalPath, ProgramId, Sha256, Tag } from './ids.ts';
import { TableName, TableWords } from './tables.ts';

/** Bodies: docs/formats/lake.md sections 5 and 6. The first line, by operation, and the lines of a version. */

export const By = z.strictObject({ account: z.string(), host: z.string(), program: z.string() });
export type By = z.infer<typeof By>;

export const RootName = z.enum(['store', 'raw']);
export type RootName = z.infer<typeof RootName>;

/** Description of a dataset, Dublin Core names; every member optional, text only. */
export const Description = z.record(z.string().regex(/^[a-z][A-Za-z]{0,39}$/), z.string().max(10_000));
export type Description = z.infer<typeof Description>;

/** `WF-2024-07:v1`: a version by its number. */
const NumberedVersion = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}:v[1-9]\d{0,8}$/);

/** What a version was made from, and how: docs/formats/lake.md section 6.2. */
export const Lineage = z.looseObject({
  from: z.array(NumberedVersion).min(1),
  parameters: z.record(z.string(), z.json()).optional(),
  engine: z.string().optional(),
  counts: z.record(z.string(), z.int().min(0)).optional(),
});
export type Lineage = z.infer<typeof Lineage>;

/** Where a version comes from that was made elsewhere: docs/formats/lake.md section 6.1. Texts are kept as they were written there. */
export const Imported = z.looseObject({
  form: z.enum(['ocfl', 'bag']),
  /** Of the specification that it follows: `1.1`, `0.97`. */
  spec: z.string(),
  /** Name of the folder or file that was imported, without its path. */
  name: z.string(),
  /** The object's id, or the bag's External-Identifier. */
  id: z.string().nullable(),
  /** Name of the object's version; null for a bag. */
  version: z.string().nullable(),
  /** Of what seals it there: that version's own inventory, or the bag's strongest payload manifest; null where a version has none. */
  seal: z.looseObject({ file: z.string(), algorithm: z.string(), digest: z.string() }).nullable(),
  /** When and by whom it was made, by its own words. */
  created: z.string().nullable(),
  user: z.looseObject({ name: z.string(), address: z.string().nullable() }).nullable(),
  /** What was there beside it and is not part of the version. */
  left: z.array(z.string()).optional(),
  /** Of a bag: the lines of bag-info.txt, and the folder of the version that holds the bag's tag files. */
  info: z.array(z.tuple([z.string(), z.string()])).optional(),
  tagFiles: z.string().optional(),
});
export type Imported = z.infer<typeof Imported>;

const head = <O extends string, S extends z.ZodRawShape>(op: O, shape: S) =>
  z.looseObject({ v: z.literal(1), op: z.literal(op), by: By, ...shape });

/** Members that a newer program may add are kept and ignored; missing or mistyped ones make the body unreadable. */
export const BodyHead = z.discriminatedUnion('op', [
  head('lake.created', {}),
  head('lake.forked', { reason: z.string() }),
  head('lake.recovered', {
    done: z.array(z.strictObject({ did: z.string(), ref: z.string(), seq: z.int().nullable(), txn: z.string().nullable() })),
  }),
  head('key.enrolled', { name: z.string(), certificate: z.string(), fingerprint: Sha256 }),
  head('key.rotated', { name: z.string(), certificate: z.string(), fingerprint: Sha256, reason: z.string() }),
  head('key.revoked', { reason: z.string() }),
  head('clock.accepted', { reason: z.string(), server: Instant.nullable(), offset: z.int() }),
  head('dataset.created', { root: RootName, tags: z.array(Tag) }),
  head('dataset.described', { description: Description }),
  head('version.committed', {
    message: z.string(),
    tags: z.array(Tag),
    root: RootName,
    files: z.int().min(0),
    bytes: z.int().min(0),
    transform: z.string().optional(),
    lineage: Lineage.optional(),
    imported: Imported.optional(),
  }),
  head('version.withdrawn', { reason: z.string() }),
  head('version.voided', { reason: z.string() }),
  head('version.exported', {
    name: z.string(),
    bytes: z.int().min(0),
    payload: z.strictObject({ files: z.int().min(0), octets: z.int().min(0) }),
    signer: z.string(),
    form: z.enum(['zip', 'dir']).optional(),
    versions: z.int().min(2).optional(),
    selection: z.strictObject({ patterns: z.array(z.string()), of: z.int().min(0) }).optional(),
  }),
  head('tag.added', { tag: Tag }),
  head('tag.removed', { tag: Tag }),
  head('alias.added', { alias: DatasetId }),
  head('contract.published', { version: z.string(), text: z.string(), major: z.boolean() }),
  head('table.committed', {
    message: z.string(),
    tables: z.array(TableWords).min(1),
    transform: z.string().optional(),
    parameters: z.record(z.string(), z.json()).optional(),
    engine: z.string().optional(),
  }),
  head('cube.defined', { text: z.string() }),
  head('cube.refreshed', {
    message: z.string(),
    tables: z.array(TableWords).length(1),
    instant: Instant,
    /** Rows of the sources that were looked at: after `after`, to `until`; null where the cube has no window. */
    window: z.looseObject({ column: z.string(), days: z.int().min(1), after: Instant, until: Instant }).nullable(),
    sources: z.array(z.looseObject({ name: TableName, version: z.int().min(1), rows: z.int().min(0) })),
    rows: z.int().min(0),
    how: z.enum(['full', 'parts']),
    engine: z.string().optional(),
  }),
  head('body.destroyed', { authority: z.string(), reason: z.string() }),
  head('raw.received', { program: ProgramId, media: z.string(), sender: z.string(), contract: z.string().optional() }),
  head('raw.repeated', {
    program: ProgramId,
    name: LogicalPath,
    sender: z.string(),
    contract: z.string().optional(),
    /** Nothing came: someone says that the drop is for `contract` from here on. */
    assigned: z.literal(true).optional(),
  }),
  head('secret.made', { replaces: z.string().nullable(), reason: z.string().nullable() }),
]);
export type BodyHead = z.infer<typeof BodyHead>;
/** The first line of one operation's body. */
export type HeadOf<O extends BodyHead['op']> = Extract<BodyHead, { op: O }>;

/** The first line of a body that makes versions of tables, and is followed by their Delta lines; null for every other. A cube is a table too. */
export function tableHead(head: BodyHead | null): HeadOf<'table.committed'> | HeadOf<'cube.refreshed'> | null {
  return head?.op === 'table.committed' || head?.op === 'cube.refreshed' ? head : null;
}

/** One line of the body of a version, or of a raw drop, after the first: a change against the version before, or a note. */
export const BodyLine = z.union([
  z.strictObject({ do: z.enum(['add', 'replace']), path: LogicalPath, sha256: Sha256, size: z.int().min(0), mtime: Instant.nullable() }),
  z.strictObject({ do: z.literal('remove'), path: LogicalPath }),
  z.strictObject({ do: z.literal('rename'), from: LogicalPath, path: LogicalPath }),
  z.strictObject({ note: z.literal('emptyFolder'), path: z.string() }),
  z.strictObject({ note: z.literal('symlink'), path: z.string(), target: z.string() }),
  z.strictObject({ note: z.literal('special'), path: z.string(), kind: z.string() }),
]);
export type BodyLine = z.infer<typeof BodyLine>;
export type ChangeLine = Extract<BodyLine, { do: string }>;
export type NoteLine = Extract<BodyLine, { note: string }>;
