import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HandKey, Plain } from './hand-crypto.ts';
import { canonical, newKey, sha256, sha256Hex, treeRoot } from './hand-crypto.ts';
import { HandObject } from './hand-object.ts';

/** Builds lakes by hand, following docs/formats/lake.md and nothing of src: what the checker accepts and refuses is then judged by a second reading of the format. */

export interface EntryOptions {
  readonly key?: { readonly id: string; readonly role: string; readonly spki: string };
  readonly inputs?: readonly { ref: string; sha256: string }[];
  readonly outputs?: readonly { ref: string; sha256: string }[];
  readonly lines?: readonly Plain[];
  readonly txn?: string;
  readonly station?: HandKey;
  /** Changes members before the entry is signed, to make it wrong in one way. */
  readonly forge?: (entry: Record<string, Plain>) => Record<string, Plain>;
}

export interface CommitOptions {
  readonly message?: string;
  readonly tags?: readonly string[];
  /** Logical names that go. */
  readonly remove?: readonly string[];
  /** New name → old name. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Where the commit stops: claimed and still in staging, or everything but the top of the object. */
  readonly interrupted?: 'staged' | 'root behind';
  /** Changes the inventory before it is written, hashed and named by the entry. */
  readonly forgeInventory?: (inventory: string) => string;
  readonly forgeBody?: (lines: Plain[]) => Plain[];
  /** More members of the body's first line. */
  readonly words?: Record<string, Plain>;
  readonly sources?: readonly { ref: string; sha256: string }[];
  readonly forge?: EntryOptions['forge'];
}

/** Words of the program, not of the format: those of the lake that was frozen. */
const README = readFileSync(new URL('../../fixtures/frozen/lake/README.txt', import.meta.url));

const HEX_ZERO = '0'.repeat(64);

export class HandLake {
  readonly root: string;
  readonly id: string;
  readonly station: HandKey = newKey();
  readonly leaves: Buffer[] = [];
  readonly objects = new Map<string, HandObject>();
  /** Leaves up to which a checkpoint was written. */
  checkpointSize = 0;
  #ledger = 'ledger';
  #at = Date.UTC(2024, 6, 30, 12);

  constructor(root: string, options: { id?: string; create?: boolean } = {}) {
    this.root = root;
    this.id = options.id ?? '0190f5e2-7a1b-4c3d-8e4f-5a6b7c8d9e0f';
    if (options.create !== false) this.#create();
  }

  /** One entry with its body; answers its number. */
  entry(op: string, subject: string, head: Record<string, Plain>, options: EntryOptions = {}): number {
    const seq = this.leaves.length;
    this.#at += 1000;
    const at = new Date(this.#at).toISOString();
    const by = { account: 'mortega', host: 'RECORDS-7', program: 'HMS-DTA 0.1.0' };
    const body = [{ v: 1, op, by, ...head }, ...(options.lines ?? [])].map((line) => `${canonical(line)}\n`).join('');
    const salt = sha256(`salt ${String(seq)} ${this.id}`);
    const station = options.station ?? this.station;
    const unsigned: Record<string, Plain> = {
      v: 1,
      lake: this.id,
      seq,
      prev: this.leaves.at(-1)?.toString('hex') ?? HEX_ZERO,
      at,
      clock: at,
      txn: options.txn ?? this.txn(seq),
      actor: station.id,
      station: station.id,
      op,
      subject,
      inputs: options.inputs ?? [],
      outputs: options.outputs ?? [],
      body: { commit: sha256Hex(salt, body), size: Buffer.byteLength(body) },
      ...(options.key === undefined ? {} : { key: options.key }),
    };
    const forged = options.forge?.(unsigned) ?? unsigned;
    const bytes = canonical({ ...forged, sig: station.sign(canonical(forged)) });
    const folder = `${this.#ledger}/entries/${seqFolder(seq)}`;
    this.write(`${folder}/entry.json`, bytes);
    this.write(`${folder}/body.json`, body);
    this.write(`${folder}/body.salt`, salt);
    this.leaves.push(sha256(Buffer.of(0), bytes));
    return seq;
  }

  /** A UUIDv7 that tells entries apart. */
  txn(seq: number): string {
    const digits = seq.toString(16).padStart(8, '0');
    return `0190f5e2-${digits.slice(0, 4)}-7000-8000-${digits.slice(4)}${this.id.slice(-8)}`;
  }

  /** Commits files as the next version; a name that is there already is replaced. */
  commit(dataset: string, files: Readonly<Record<string, string | Uint8Array>>, options: CommitOptions = {}): string {
    const object = this.objects.get(dataset) ?? new HandObject(dataset);
    this.objects.set(dataset, object);
    const before = object.newest;
    const message = options.message ?? `Version ${String(before + 1)}`;
    const created = new Date(this.#at + 500).toISOString();
    const change = object.change(files, options.remove ?? [], options.rename ?? {}, { created, message, key: this.station.id });
    const inventory = options.forgeInventory?.(change.inventory) ?? change.inventory;
    object.hashes.push(sha256Hex(inventory));
    const version = object.newest;
    const subject = `version:${dataset}:v${String(version)}`;
    const txn = this.txn(this.leaves.length);
    const previous = object.hashes.at(-2);
    this.entry(
      'version.committed',
      subject,
      { message, tags: options.tags ?? [], root: 'store', files: change.files, bytes: change.bytes, ...options.words },
      {
        txn,
        lines: options.forgeBody?.(change.lines) ?? change.lines,
        inputs: [...(previous === undefined ? [] : [{ ref: `version:${dataset}:v${String(version - 1)}`, sha256: previous }]), ...(options.sources ?? [])],
        ...(options.forge === undefined ? {} : { forge: options.forge }),
        outputs: [{ ref: subject, sha256: object.hashes.at(-1) ?? '' }],
      },
    );
    const folder = options.interrupted === 'staged' ? `staging/${txn}/${version === 1 ? 'object/v1' : 'version'}` : `${object.folder}/v${String(version)}`;
    this.#writeVersion(folder, inventory, change.content);
    if (options.interrupted === undefined) this.writeObjectRoot(object, inventory);
    else if (version === 1) this.write(`${options.interrupted === 'staged' ? `staging/${txn}/object` : object.folder}/0=ocfl_object_1.1`, 'ocfl_object_1.1\n');
    return subject.slice('version:'.length);
  }

  /** Records that the newest version was voided, and writes what takes its place. */
  voidNewest(dataset: string): void {
    const object = this.objects.get(dataset);
    if (object === undefined) throw new Error(`no dataset ${dataset}`);
    const version = object.newest;
    const inventory = object.void({ created: new Date(this.#at + 500).toISOString(), key: this.station.id });
    object.hashes[version - 1] = sha256Hex(inventory);
    const subject = `version:${dataset}:v${String(version)}`;
    this.entry('version.voided', subject, { reason: 'its bytes were lost' }, { outputs: [{ ref: subject, sha256: sha256Hex(inventory) }] });
    rmSync(join(this.root, object.folder, `v${String(version)}`), { recursive: true, force: true });
    this.#writeVersion(`${object.folder}/v${String(version)}`, inventory, []);
    this.writeObjectRoot(object, inventory);
  }

  writeObjectRoot({ folder }: HandObject, inventory: string): void {
    this.write(`${folder}/0=ocfl_object_1.1`, 'ocfl_object_1.1\n');
    this.write(`${folder}/inventory.json`, inventory);
    this.write(`${folder}/inventory.json.sha256`, `${sha256Hex(inventory)} inventory.json\n`);
  }

  /** Tiles and checkpoint for the first `size` leaves. */
  checkpoint(size = this.leaves.length): string {
    const leaves = this.leaves.slice(0, size);
    this.#writeTiles(leaves);
    const origin = `hms-dta/${this.id}`;
    const text = `${origin}\n${String(size)}\n${treeRoot(leaves).toString('base64')}\n`;
    const signature = Buffer.concat([Buffer.from(this.station.id.slice(0, 8), 'hex'), Buffer.from(this.station.sign(text), 'base64')]);
    const note = `${text}\n— ${origin} ${signature.toString('base64')}\n`;
    this.write(`${this.#ledger}/checkpoint`, note);
    this.checkpointSize = size;
    return note;
  }

  /** Moves this lake's log aside and begins a new one in its place: lake.md section 16. */
  fork(id: string): HandLake {
    mkdirSync(join(this.root, 'origins', this.id), { recursive: true });
    for (const name of ['lake.json', 'ledger']) renameSync(join(this.root, name), join(this.root, 'origins', this.id, name));
    const fork = new HandLake(this.root, { id, create: false });
    for (const [name, object] of this.objects) fork.objects.set(name, object);
    fork.#at = this.#at;
    const hash = fork.#writeLakeJson();
    fork.entry(
      'lake.forked',
      'lake',
      { reason: 'the share was restored from a backup' },
      {
        key: { id: fork.station.id, role: 'station', spki: fork.station.spki.toString('base64') },
        inputs: [{ ref: `lake:${this.id}@${String(this.leaves.length)}`, sha256: treeRoot(this.leaves).toString('hex') }],
        outputs: [{ ref: 'lake.json', sha256: hash }],
      },
    );
    return fork;
  }

  write(path: string, content: string | Uint8Array): void {
    const full = join(this.root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }

  #create(): void {
    const extension = '0003-hash-and-id-n-tuple-storage-layout';
    for (const root of ['store', 'raw']) {
      this.write(`${root}/0=ocfl_1.1`, 'ocfl_1.1\n');
      const description = 'Objects lie under two folders of two hex digits each, the start of the SHA-256 of their id, in a folder named after the id.';
      this.write(`${root}/ocfl_layout.json`, `${canonical({ description, extension })}\n`);
      this.write(`${root}/extensions/${extension}/config.json`, `${canonical({ digestAlgorithm: 'sha256', extensionName: extension, numberOfTuples: 2, tupleSize: 2 })}\n`);
    }
    this.write('README.txt', README);
    const hash = this.#writeLakeJson();
    const key = { id: this.station.id, role: 'station', spki: this.station.spki.toString('base64') };
    this.entry('lake.created', 'lake', {}, { key, outputs: [{ ref: 'lake.json', sha256: hash }] });
  }

  #writeLakeJson(): string {
    const text = `${canonical({ created: '2024-07-30T12:00:00.000Z', format: 'hms-dta-lake/1', id: this.id, origin: `hms-dta/${this.id}`, sample: false, zone: 'America/New_York' })}\n`;
    this.write('lake.json', text);
    return sha256Hex(text);
  }

  #writeVersion(folder: string, inventory: string, content: readonly { path: string; bytes: string | Uint8Array }[]): void {
    for (const { path, bytes } of content) this.write(`${folder}/content/${path}`, bytes);
    this.write(`${folder}/inventory.json`, inventory);
    this.write(`${folder}/inventory.json.sha256`, `${sha256Hex(inventory)} inventory.json\n`);
  }

  #writeTiles(leaves: readonly Buffer[]): void {
    rmSync(join(this.root, this.#ledger, 'tile'), { recursive: true, force: true });
    let hashes: readonly Buffer[] = leaves;
    for (let level = 0; hashes.length > 0; level++) {
      const next: Buffer[] = [];
      for (let n = 0; n * 256 < hashes.length; n++) {
        const tile = hashes.slice(n * 256, (n + 1) * 256);
        const number = n < 1000 ? String(n).padStart(3, '0') : `x${String(Math.floor(n / 1000)).padStart(3, '0')}/${String(n % 1000).padStart(3, '0')}`;
        this.write(`${this.#ledger}/tile/${String(level)}/${number}${tile.length < 256 ? `.p/${String(tile.length)}` : ''}`, Buffer.concat(tile));
        if (tile.length === 256) next.push(treeRoot(tile));
      }
      hashes = next;
    }
  }
}

export function seqFolder(seq: number): string {
  const digits = String(seq).padStart(9, '0');
  return `x${digits.slice(0, 3)}/x${digits.slice(3, 6)}/${digits.slice(6)}`;
}
