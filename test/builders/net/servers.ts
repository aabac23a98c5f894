import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Box, Started } from './box.ts';
import { until } from './wait.ts';

/** File servers in a box, at the address of its bridge. */

export const ADDRESS = '10.77.0.1';
export const USER = 'nobody';
export const PASSWORD = 'only-in-this-box';

/** A server that can be started, killed and started again. */
export interface Server {
  start(): Promise<Started>;
}

/** Samba, with one share for each name. */
export function prepareSamba(box: Box, folders: Readonly<Record<string, string>>): Server {
  const own = join(box.work, 'samba');
  const kept = ['private', 'lock', 'state', 'cache', 'pid', 'ncalrpc'];
  for (const name of kept) mkdirSync(join(own, name), { recursive: true });
  const places = kept.map((name) => `${name} ${name === 'private' || name === 'ncalrpc' ? 'dir' : 'directory'} = ${join(own, name)}`);
  const shares = Object.entries(folders).map(([name, folder]) => `[${name}]\n path = ${folder}\n read only = no\n valid users = ${USER}\n`);
  const config = join(own, 'smb.conf');
  writeFileSync(
    config,
    `[global]
workgroup = WG
server role = standalone server
interfaces = ${ADDRESS}
bind interfaces only = yes
smb ports = 445
disable netbios = yes
${places.join('\n')}
log file = ${join(own, 'log')}
passdb backend = tdbsam:${join(own, 'passdb.tdb')}
server min protocol = SMB3_11
load printers = no
${shares.join('')}`,
  );
  const set = spawnSync('smbpasswd', ['-c', config, '-s', '-a', USER], { input: `${PASSWORD}\n${PASSWORD}\n`, encoding: 'utf8' });
  if (set.status !== 0) throw new Error(`smbpasswd: ${set.stderr}`);
  return {
    async start() {
      const program = box.start('smbd.log', 'smbd', '--foreground', '--no-process-group', `--configfile=${config}`);
      await answers(box, 445);
      return program;
    },
  };
}

/** NFS 4.1 by nfs-ganesha, with one export for each name. */
export function prepareGanesha(box: Box, folders: Readonly<Record<string, string>>): Server {
  const own = join(box.work, 'ganesha');
  mkdirSync(join(own, 'recovery'), { recursive: true });
  const config = join(own, 'ganesha.conf');
  const exported = Object.entries(folders).map(
    ([name, folder], i) =>
      `EXPORT { Export_Id = ${i + 1}; Path = ${folder}; Pseudo = /${name}; Access_Type = RW; Squash = No_Root_Squash; SecType = sys; Protocols = 4; FSAL { Name = VFS; } }\n`,
  );
  writeFileSync(
    config,
    `NFS_CORE_PARAM { Protocols = 4; NFS_Port = 2049; Enable_NLM = false; Enable_RQUOTA = false; Bind_addr = ${ADDRESS}; mount_path_pseudo = true; }
NFSV4 { Graceless = true; RecoveryRoot = ${join(own, 'recovery')}; Lease_Lifetime = 20; Grace_Period = 20; Minor_Versions = 1, 2; }
${exported.join('')}`,
  );
  return {
    async start() {
      const program = box.start('ganesha.log', 'ganesha.nfsd', '-F', '-f', config, '-L', join(own, 'log'), '-p', join(own, 'pid'));
      await answers(box, 2049);
      return program;
    },
  };
}

/** Waits until a port of the box takes connections. */
async function answers(box: Box, port: number): Promise<void> {
  await until(`port ${port} of the file server answers`, () => {
    try {
      box.run('bash', '-c', `exec 3<>/dev/tcp/${ADDRESS}/${port}`);
      return true;
    } catch {
      return false;
    }
  }, 30);
}
