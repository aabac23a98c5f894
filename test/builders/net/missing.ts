import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What two workstations on one share need, and the package of Debian that has it. */
const programs: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  ip: 'iproute2',
  smbd: 'samba',
  smbpasswd: 'samba-common-bin',
  'mount.cifs': 'cifs-utils',
  'ganesha.nfsd': 'nfs-ganesha',
  'mount.nfs4': 'nfs-common',
  'linux.uml': 'user-mode-linux',
  modprobe: 'kmod',
  'mount.exfat-fuse': 'exfat-fuse',
  'mkfs.exfat': 'exfatprogs',
};

/** Why this computer cannot be two workstations and a file server; null where it can. */
export function whyNoNetwork(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'user-mode kernels run on Linux x64 only';
  if (process.getuid?.() !== 0) return 'only root makes network namespaces and mounts';
  const missing = Object.keys(programs).filter((name) => !isOnPath(name));
  if (missing.length > 0) return `not installed: ${missing.map((name) => `${name} (${programs[name] ?? ''})`).join(', ')}`;
  for (const device of ['/dev/net/tun', '/dev/fuse']) {
    try {
      accessSync(device, constants.R_OK | constants.W_OK);
    } catch {
      return `${device} cannot be opened here`;
    }
  }
  return null;
}

function isOnPath(name: string): boolean {
  return searchPath().some((folder) => existsSync(join(folder, name)));
}

/** The folders of programs, those of the administrator too, which an ordinary shell may leave out. */
export function searchPath(): string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
}
