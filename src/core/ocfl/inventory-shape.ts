/** What an `inventory.json` tells, in the order in which it is written. Duplicates are told as often as they stand there. */
export interface InventoryEvents {
  /** A text member of the inventory itself. */
  field(name: InventoryField, value: string): void;
  /** A digest of the manifest begins; its paths follow. Told also when it lists no path. */
  contentDigest?(digest: string): void;
  content(digest: string, contentPath: string): void;
  version(name: string): void;
  versionField(version: string, name: VersionField, value: string): void;
  /** A digest of a version's state begins; its paths follow. Told also when it lists no path. */
  stateDigest?(version: string, digest: string): void;
  state(version: string, digest: string, logicalPath: string): void;
  fixity(algorithm: string, digest: string, path: string): void;
}
export type InventoryField = 'id' | 'type' | 'digestAlgorithm' | 'head' | 'contentDirectory';
export type VersionField = 'created' | 'message' | 'userName' | 'userAddress';

/** The names on the way to a value: `['versions', 'v2', 'state', '<digest>']`. */
type Keys = readonly string[];

interface Text {
  readonly kind: 'text';
  readonly wrong: string;
  tell(events: InventoryEvents, keys: Keys, value: string): void;
}
interface List {
  readonly kind: 'list';
  readonly wrong: string;
  readonly item: Text;
}
/** An object whose names are data. */
interface Block {
  readonly kind: 'block';
  readonly wrong: string;
  readonly value: Shape;
  /** What it is when a name comes twice; where names are digests, also when only their case differs (sections 3.5.2 and 3.5.4). */
  readonly twice: { readonly code: string; readonly ignoresCase: boolean };
  named?(events: InventoryEvents, keys: Keys): void;
}
/** An object whose names the specification fixes. */
interface Members {
  readonly kind: 'members';
  readonly wrong: string;
  readonly members: Readonly<Record<string, Shape>>;
  readonly required: Readonly<Record<string, string>>;
}
/** The shape of a value, with the code of OCFL 1.1's validation codes that it gives to be of another. */
export type Shape = Text | List | Block | Members;

/** In JSON a name may come twice, and readers differ about which one counts (RFC 8259 section 4). OCFL has no code of its own for it. */
export const TWICE = { code: 'E034', ignoresCase: false } as const;
const digestTwice = { manifest: { code: 'E096', ignoresCase: true }, fixity: { code: 'E097', ignoresCase: true } } as const;

function key(keys: Keys, index: number): string {
  return keys[index] ?? '';
}

function field(name: InventoryField, wrong: string): Text {
  return { kind: 'text', wrong, tell: (events, _keys, value) => events.field(name, value) };
}

function versionField(name: VersionField, wrong: string): Text {
  return { kind: 'text', wrong, tell: (events, keys, value) => events.versionField(key(keys, 1), name, value) };
}

const user: Members = {
  kind: 'members',
  wrong: 'E054',
  members: { name: versionField('userName', 'E054'), address: versionField('userAddress', 'E033') },
  required: { name: 'E054' },
};

const state: Block = {
  kind: 'block',
  wrong: 'E050',
  twice: TWICE,
  named: (events, keys) => events.stateDigest?.(key(keys, 1), key(keys, 3)),
  value: {
    kind: 'list',
    wrong: 'E050',
    item: { kind: 'text', wrong: 'E051', tell: (events, keys, value) => events.state(key(keys, 1), key(keys, 3), value) },
  },
};

const version: Members = {
  kind: 'members',
  wrong: 'E047',
  members: { created: versionField('created', 'E049'), message: versionField('message', 'E094'), state, user },
  required: { created: 'E048', state: 'E048' },
};

const manifest: Block = {
  kind: 'block',
  wrong: 'E106',
  twice: digestTwice.manifest,
  named: (events, keys) => events.contentDigest?.(key(keys, 1)),
  value: {
    kind: 'list',
    wrong: 'E092',
    item: { kind: 'text', wrong: 'E092', tell: (events, keys, value) => events.content(key(keys, 1), value) },
  },
};

const fixity: Block = {
  kind: 'block',
  wrong: 'E111',
  twice: TWICE,
  value: {
    kind: 'block',
    wrong: 'E057',
    twice: digestTwice.fixity,
    value: {
      kind: 'list',
      wrong: 'E057',
      item: { kind: 'text', wrong: 'E057', tell: (events, keys, value) => events.fixity(key(keys, 1), key(keys, 2), value) },
    },
  },
};

/** The whole inventory: OCFL 1.1 section 3.5. */
export const inventoryShape: Members = {
  kind: 'members',
  wrong: 'E033',
  members: {
    id: field('id', 'E037'),
    type: field('type', 'E038'),
    digestAlgorithm: field('digestAlgorithm', 'E033'),
    head: field('head', 'E040'),
    contentDirectory: field('contentDirectory', 'E033'),
    manifest,
    versions: { kind: 'block', wrong: 'E044', twice: TWICE, value: version, named: (events, keys) => events.version(key(keys, 1)) },
    fixity,
  },
  required: { id: 'E036', type: 'E036', digestAlgorithm: 'E036', head: 'E036', manifest: 'E041', versions: 'E043' },
};
