import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Box } from './box.ts';
import type { Started } from './box.ts';
import { joinPrograms } from './programs.ts';
import type { Programs } from './programs.ts';
import { ADDRESS, prepareGanesha, prepareSamba } from './servers.ts';
import type { Server } from './servers.ts';
import { Workstation, writeModprobe } from './workstation.ts';

/** Two workstations and two file servers, Samba and NFS, on a network of their own. */

export type ShareKind = 'smb' | 'nfs';

/** Size of the disk behind the share `small`. */
const SMALL = '4m';

const shares = (folder: string): Readonly<Record<string, string>> => ({ lakes: folder, small: `${folder}-small` });

export class Network {
  readonly box: Box;
  readonly programs: Programs;
  readonly first: Workstation;
  readonly second: Workstation;
  /** What the servers serve, as their own disk has it. */
  readonly served: Readonly<Record<ShareKind, string>>;
  readonly #servers: Readonly<Record<ShareKind, Server>>;
  readonly running: Partial<Record<ShareKind, Started>> = {};

  private constructor(box: Box, programs: Programs) {
    this.box = box;
    this.programs = programs;
    this.served = { smb: join(box.work, 'served-smb'), nfs: join(box.work, 'served-nfs') };
    for (const folder of Object.values(this.served)) {
      for (const made of [folder, `${folder}-small`]) mkdirSync(made);
      box.run('mount', '-t', 'tmpfs', '-o', `size=${SMALL}`, 'tmpfs', `${folder}-small`);
      box.run('chmod', '777', folder, `${folder}-small`);
    }
    this.first = new Workstation(box, 'A', 1);
    this.second = new Workstation(box, 'B', 2);
    this.#servers = { smb: prepareSamba(box, shares(this.served.smb)), nfs: prepareGanesha(box, shares(this.served.nfs)) };
  }

  /** `others`: scripts that workstations run besides, by their names. */
  static async open(others: Readonly<Record<string, string>> = {}): Promise<Network> {
    const box = await Box.open();
    let programs: Programs | null = null;
    try {
      programs = await joinPrograms(box.work, others);
      box.run('ip', 'link', 'set', 'lo', 'up');
      box.run('ip', 'link', 'add', 'br0', 'type', 'bridge');
      box.run('ip', 'addr', 'add', `${ADDRESS}/24`, 'dev', 'br0');
      // The network card of a user-mode kernel throws away what comes in segments joined to one: the sender would send again and again, ever more slowly.
      box.run('ip', 'link', 'set', 'br0', 'gso_max_segs', '1', 'up');
      mkdirSync(join(box.work, 'modules', 'lib'), { recursive: true });
      symlinkSync('/usr/lib/uml/modules', join(box.work, 'modules', 'lib', 'modules'));
      writeModprobe(box.work);
      const network = new Network(box, programs);
      await Promise.all([network.serve('smb'), network.serve('nfs'), network.first.boot(), network.second.boot()]);
      return network;
    } catch (error) {
      programs?.remove();
      await box.close();
      throw error;
    }
  }

  /** Starts a server, or starts it again. */
  async serve(kind: ShareKind): Promise<void> {
    this.running[kind] = await this.#servers[kind].start();
  }

  async close(): Promise<void> {
    this.programs.remove();
    // What entered the box to start a server that then stood still stands still itself, and outlives the box.
    await Promise.all(Object.values(this.running).map((server) => server.kill()));
    await this.box.close();
  }
}
