import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import type { DatasetId } from '../../../src/contract/index.ts';
import { parseCheckpoint } from '../../../src/core/index.ts';
import { openToRead } from '../../../src/engine/open.ts';
import type { ReadableLake } from '../../../src/engine/open.ts';
import { verify } from '../../../src/verify/index.ts';
import type { Network, ShareKind } from './network.ts';
import { acknowledged } from './acknowledged.ts';
import { Pressing } from './pressing.ts';
import type { StartWork } from './pressing.ts';
import type { RanThere, Workstation } from './workstation.ts';

/** One lake on a share, and two workstations that write it. */

/** After an outage of the server it took 5 to 25 s, s. */
const COMES_BACK_WITHIN_S = 120;

export class SharedLake {
  readonly network: Network;
  readonly kind: ShareKind;
  readonly stations: readonly Workstation[];
  /** The lake as workstations see it, and as the server's own disk has it. */
  readonly folder: string;
  readonly served: string;
  /** All that committed to it by `press`. */
  readonly pressed: Pressing[] = [];
  readonly #pressing: { readonly one: Pressing; readonly station: Workstation }[] = [];
  #runs = 0;

  private constructor(network: Network, kind: ShareKind, folder: string, served: string) {
    this.network = network;
    this.kind = kind;
    this.stations = [network.first, network.second];
    this.folder = folder;
    this.served = served;
  }

  /** Made by the first workstation. */
  static async make(network: Network, kind: ShareKind, name = 'lake'): Promise<SharedLake> {
    const [at] = await Promise.all([network.first, network.second].map((station) => station.mount(kind)));
    const lake = new SharedLake(network, kind, `${at}/${name}`, join(network.served[kind], name));
    await lake.does(network.first, 'make');
    return lake;
  }

  command(station: Workstation, what: string, ...more: readonly (string | number)[]): string {
    return station.node(this.network.programs.work, what, this.folder, station.disk, ...more.map(String));
  }

  /** A workstation that commits until it is told to end. */
  press(station: Workstation): Pressing {
    const start: StartWork = (what, ...more) => station.start(this.command(station, what, ...more));
    const one = new Pressing(this.network.box.work, `${basename(this.folder)}-${this.kind}-${station.name}-${this.#runs++}`, start);
    this.pressed.push(one);
    this.#pressing.push({ one, station });
    return one;
  }

  /**
   * Waits until each of these committed once more, after an outage of the server. Linux's client of NFS 4.1 was seen (two of some thirty restarts of nfs-ganesha, on a busy computer) to be told by the server that was started again
   * to wait, for ever: each file that it opens (`nfs4_handle_exception` below `nfs4_do_open`). No program can do anything about that, so such a workstation is switched off and on again, as its user would.
   */
  async comeBack(all: readonly Pressing[]): Promise<void> {
    await Promise.all(
      all.map(async (one) => {
        const station = this.#pressing.find((it) => it.one === one)?.station;
        try {
          await one.more('committed', 1, COMES_BACK_WITHIN_S);
        } catch (error) {
          if (station === undefined || !(await station.waitsForServer())) throw error;
          console.info(`${one.name}: the kernel of ${station.name} asks the file server for ever; it is switched off and on again.`);
          await station.cut();
          await one.wasCut();
          await station.boot();
          await station.mount(this.kind);
          one.again();
          await one.more('committed', 1);
        }
      }),
    );
  }

  /** Ends what a test that failed left at work, so that the next one finds nobody in its way: a workstation that does not end loses its power. */
  async endAll(): Promise<void> {
    const left = this.#pressing.splice(0);
    const hasEnded = await Promise.all(left.map(({ one }) => one.letGo(60)));
    for (const station of new Set(left.flatMap((it, i) => (hasEnded[i] === true ? [] : [it.station])))) {
      await station.cut();
      await station.boot();
      await station.mount(this.kind);
    }
  }

  async does(station: Workstation, what: string, ...more: readonly (string | number)[]): Promise<RanThere> {
    const ran = await station.start(this.command(station, what, ...more)).ended;
    if (ran.code !== 0) throw new Error(`${what} at ${station.name} ended with ${ran.code}: ${ran.stderr}${ran.stdout}`);
    return ran;
  }

  /** The second workstation reads, cannot write, asks, and is enrolled by the first. */
  async enrolSecond(): Promise<void> {
    const [first, second] = this.stations as [Workstation, Workstation];
    const [asked] = acknowledged<{ version: number; refused: string; id16: string; fingerprint: string }>(await this.does(second, 'ask'));
    expect(asked).toMatchObject({ version: 1, refused: 'NOT_ENROLLED' });
    await this.does(first, 'enroll', asked?.id16 ?? '', asked?.fingerprint ?? '');
  }

  /** `processes` of each workstation do the same at once; answers what each printed, and the seconds from the common start to the last end. */
  async atOnce(what: string, processes: number, count: number): Promise<{ ran: RanThere[]; seconds: number }> {
    const go = join(this.network.box.work, `go-${this.#runs++}`);
    const running = this.stations.flatMap((station) => Array.from({ length: processes }, (_, i) => station.start(this.command(station, what, `${station.name.toLowerCase()}${i}`, count, go))));
    await Promise.all(running.map((one) => one.printed('ready\n', 300)));
    const began = performance.now();
    writeFileSync(go, '');
    const ran = await Promise.all(running.map((one) => one.ended));
    expect(ran.map(({ code, stderr }) => [code, stderr])).toEqual(ran.map(() => [0, '']));
    return { ran, seconds: (performance.now() - began) / 1000 };
  }

  /** Reads the lake on the server's own disk, as a stranger. */
  async read<T>(work: (lake: ReadableLake) => Promise<T> | T): Promise<T> {
    const lake = await openToRead({ folder: this.served, profile: join(this.network.box.work, 'profile-of-the-test') });
    try {
      return await work(lake);
    } finally {
      await lake.close();
    }
  }

  /** No gap, no loss, no duplicate: the acts of one kind that stand are those that were acknowledged. */
  async expectActs(op: string, told: readonly { readonly seq: number; readonly txn: string }[]): Promise<void> {
    await this.read(async (lake) => {
      const standing: string[] = [];
      for (let next: number | null | undefined = undefined; next !== null; ) {
        const page = lake.catalog.log({ op, ...(next === undefined ? {} : { before: next }) }, 1000);
        for (const entry of page.entries) if (entry.effect) standing.push(`${entry.seq} ${entry.txn ?? ''}`);
        next = page.next;
      }
      expect(standing.sort()).toEqual(told.map(({ seq, txn }) => `${seq} ${txn}`).sort());
      expect(parseCheckpoint(readFileSync(lake.paths.checkpoint, 'utf8'))?.size).toBe(lake.catalog.position().size);
    });
  }

  /** Every version of a dataset that was acknowledged is there, in order, and the newest has all their files. */
  async expectVersions(dataset: string, told: readonly { readonly version: number; readonly seq: number; readonly path: string }[]): Promise<void> {
    const inOrder = [...told].sort((a, b) => a.version - b.version);
    expect(inOrder.map(({ version }) => version)).toEqual(inOrder.map((_, i) => i + 1));
    expect(inOrder.map(({ seq }) => seq)).toEqual([...inOrder].map(({ seq }) => seq).sort((a, b) => a - b));
    await this.read((lake) => {
      const files = [...(lake.catalog.iterateFiles(dataset as DatasetId, inOrder.length) ?? [])].map(({ path }) => path as string);
      expect(files.sort()).toEqual(told.map(({ path }) => path).sort());
    });
  }

  /** The files of a version, as the server's own disk has them. */
  filesOf(dataset: string, version: number): Promise<string[]> {
    return this.read((lake) => [...(lake.catalog.iterateFiles(dataset as DatasetId, version) ?? [])].map(({ path }) => path as string).sort());
  }

  /** The checker finds nothing: from both workstations, and on the server's disk. */
  async expectClean(): Promise<void> {
    const sides = await Promise.all(this.stations.map((station) => this.does(station, 'verify')));
    const here = await verify(this.served);
    const findings = here.findings.filter((finding) => finding.severity !== 'note').map((finding) => `${finding.code} ${finding.path}`);
    const size = await this.read((lake) => lake.catalog.position().size);
    for (const side of [...sides.flatMap((ran) => acknowledged<object>(ran)), { entries: here.checked.entries, findings }]) expect(side).toEqual({ entries: size, findings: [] });
  }
}
