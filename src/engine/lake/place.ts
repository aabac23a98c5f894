import { statfs } from 'node:fs/promises';

/**
 * What kind of file system a folder is on, as far as it changes how writes are made durable (docs/operations/places.md).
 * - `journaled`: one `sync -f` flushes a whole batch (ext4, xfs, btrfs, tmpfs, and overlays over them)
 * - `share`: SMB or NFS; `sync -f` flushes nothing on the server, and a rename over an open file can delete it
 * - `other`: unknown; treated with the caution of a share but for waiting
 */
export interface Place {
  readonly kind: 'journaled' | 'share' | 'other';
  /** The file system's name where it is known, else its number in hex. */
  readonly name: string;
}

const magic: ReadonlyMap<number, Place> = new Map([
  [0xef53, { kind: 'journaled', name: 'ext4' }],
  [0x58465342, { kind: 'journaled', name: 'xfs' }],
  [0x9123683e, { kind: 'journaled', name: 'btrfs' }],
  [0x01021994, { kind: 'journaled', name: 'tmpfs' }],
  [0x6969, { kind: 'share', name: 'nfs' }],
  [0xff534d42, { kind: 'share', name: 'cifs' }],
  [0xfe534d42, { kind: 'share', name: 'smb' }],
  [0x01021997, { kind: 'share', name: '9p' }],
  [0x517b, { kind: 'share', name: 'smbfs' }],
  [0x65735546, { kind: 'other', name: 'fuse' }],
  [0x2011bab0, { kind: 'other', name: 'exfat' }],
  [0x4d44, { kind: 'other', name: 'fat' }],
  [0x794c7630, { kind: 'journaled', name: 'overlay' }],
]);

/** The place that a folder is on, by statfs(2). On Windows and where statfs says nothing useful: `other`, or `share` for UNC paths. */
export async function placeOf(folder: string): Promise<Place> {
  if (process.platform === 'win32') {
    return folder.startsWith('\\\\') ? { kind: 'share', name: 'smb' } : { kind: 'other', name: 'windows' };
  }
  const { type } = await statfs(folder);
  const number = Number(BigInt.asUintN(32, BigInt(type)));
  return magic.get(number) ?? { kind: 'other', name: `0x${number.toString(16)}` };
}
