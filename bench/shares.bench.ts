import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Network } from '../test/builders/net/network.ts';
import type { ShareKind } from '../test/builders/net/network.ts';
import { whyNoNetwork } from '../test/builders/net/missing.ts';
import type { Workstation } from '../test/builders/net/workstation.ts';
import { median, root } from './harness.ts';
import type { Bench, Row } from './harness.ts';
import { longLedger } from './long-ledger.ts';

const APPENDS = 50;
const ENTRIES = 10_000;

/** Commits, acts and openings over SMB and NFS, from a workstation with a kernel of its own. */
export const shares: Bench = {
  name: 'shares',
  async run(_, rounds) {
    const missing = whyNoNetwork();
    if (missing !== null) throw new Error(`Shares cannot be measured here: ${missing}.`);
    const network = await Network.open({ 'share-station': join(root, 'bench', 'share-station.ts') });
    try {
      const rows: Row[] = [];
      for (const kind of ['smb', 'nfs'] as const) rows.push(...(await written(network, kind, rounds)));
      rows.push(...(await opened(network)));
      return rows;
    } finally {
      await network.close();
    }
  },
};

interface Sides {
  readonly ours: readonly number[];
  readonly peer: readonly number[];
}

async function written(network: Network, kind: ShareKind, rounds: number): Promise<Row[]> {
  const { first } = network;
  const place = await first.mount(kind);
  // One round of each warms the programs up on both sides.
  const commits = await measure<Sides>(network, first, 'commit', place, rounds + 1);
  const appends = await measure<Sides>(network, first, 'append', place, APPENDS + 1);
  const share = kind.toUpperCase();
  return [
    row(`commit a version of 100 files of 2 kB over ${share}`, 'shell script: cp -r, fsync of each file, mv', 1.5, commits),
    row(`an act of the ledger over ${share}`, 'mkdir, write, fsync, rename there', 2, appends),
  ];
}

async function opened(network: Network): Promise<Row[]> {
  await longLedger({ folder: join(network.served.smb, 'long'), profile: join(network.box.work, 'long-profile') }, ENTRIES);
  const place = `${await network.second.mount('smb')}/long`;
  const { first, again } = await measure<{ first: number; again: number }>(network, network.second, 'open', place, ENTRIES);
  // What reading these files takes here whatever is done with them: at the other workstation, which has none of them in its memory either.
  const entries = `${await network.first.mount('smb')}/long/ledger/entries`;
  const started = performance.now();
  await network.first.run(`tar cf - ${entries} 2>/dev/null | cat >/dev/null`);
  const read = (performance.now() - started) / 1_000;
  const line = (which: string, value: number, most: number, against = '–', peer = '–'): Row => {
    return { work: `open a lake of ${ENTRIES.toLocaleString('en-US')} entries over SMB, ${which}`, ours: `${value.toFixed(2)} s`, against, peer, result: `${value.toFixed(2)} s`, target: `< ${most} s`, reached: value < most, memory: null };
  };
  return [line('first time', first, 60, 'tar of its ledger/entries, written nowhere', `${read.toFixed(2)} s`), line('again', again, 2)];
}

async function measure<T>(network: Network, station: Workstation, what: string, place: string, count: number): Promise<T> {
  const script = network.programs.others['share-station'] ?? '';
  if (!existsSync(script)) throw new Error('The script of the workstation was not joined.');
  return JSON.parse(await station.run(station.node(script, what, place, station.disk, String(count)))) as T;
}

function row(work: string, against: string, most: number, { ours, peer }: Sides): Row {
  const [own, other] = [ours, peer].map((side) => median(side.slice(1))) as [number, number];
  const ratio = own / other;
  const shown = (side: readonly number[], middle: number): string => `${(middle * 1_000).toFixed(0)} ms (${[...side.slice(1)].sort((a, b) => a - b).filter((_, i, all) => i === 0 || i === all.length - 1).map((value) => (value * 1_000).toFixed(0)).join('–')})`;
  return { work, ours: shown(ours, own), against, peer: shown(peer, other), result: `${ratio.toFixed(2)} ×`, target: `≤ ${most} ×`, reached: ratio <= most, memory: null };
}
