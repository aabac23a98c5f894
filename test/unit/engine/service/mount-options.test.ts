import { describe, expect, it } from 'vitest';
import { adviceOn, mountIn } from '../../../../src/engine/mount-options.ts';

/** Lines as Linux 6.1 wrote them at the workstations of test/net, with some options changed. */
const NFS = 'rw,vers=4.1,rsize=1048576,wsize=1048576,namlen=255,acregmin=1,acregmax=1,acdirmin=1,acdirmax=1,soft,proto=tcp,timeo=50,retrans=2,sec=sys,clientaddr=10.77.0.12,lookupcache=none,local_lock=none,addr=10.77.0.1';
const CIFS = 'rw,vers=3.1.1,cache=strict,username=nobody,uid=0,forceuid,gid=0,forcegid,addr=10.77.0.1,file_mode=0666,dir_mode=0777,soft,nounix,mapposix,rsize=4194304,wsize=4194304,bsize=1048576,echo_interval=60,actimeo=1,closetimeo=1';
const root = '22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/root rw';
const lines = (...more: readonly string[]): string => [root, ...more, ''].join('\n');
const nfs = (options: string, type = 'nfs4'): string => lines(`40 22 0:52 / /mnt/nfs rw,relatime shared:7 master:2 - ${type} 10.77.0.1:/lakes ${options}`);
const cifs = (options: string): string => lines(`41 22 0:53 / /mnt/a\\040share rw,relatime - cifs //10.77.0.1/lakes ${options}`);

const advised = (mountinfo: string, folder: string) => {
  const mount = mountIn(mountinfo, folder);
  return mount === null ? null : adviceOn(mount);
};

describe('the mount of a folder', () => {
  it('is the nearest above it, and the last of several on one folder', () => {
    const text = lines('40 22 0:52 / /mnt/nfs rw - nfs4 x:/ rw,vers=4.2', '41 40 0:53 / /mnt/nfs/local rw - tmpfs tmpfs rw', '42 22 0:54 / /mnt/nfs rw - cifs //x/y rw,vers=3.0');
    expect(['/mnt/nfs/lake', '/mnt/nfs', '/mnt/nfs/local/a', '/mnt/nfsx', '/'].map((folder) => mountIn(text, folder)?.type)).toEqual(['cifs', 'cifs', 'tmpfs', 'ext4', 'ext4']);
  });

  it('may have a blank in its name, and is not told where the system does not say', () => {
    expect(mountIn(cifs(CIFS), '/mnt/a share/lake')?.options.get('vers')).toBe('3.1.1');
    expect(mountIn('', '/mnt')).toBeNull();
    expect(mountIn('nonsense\n1 2 3\n', '/mnt')).toBeNull();
  });
});

describe('advice on a mount', () => {
  it('has nothing to say of a local disk, and finds the tested ways good', () => {
    const tested = { is: 'tested', words: ['It is mounted in the way that was tested.'] };
    expect(advised(lines(), '/home')).toBeNull();
    expect(advised(nfs(NFS), '/mnt/nfs/lake')).toEqual(tested);
    expect(advised(cifs(CIFS), '/mnt/a share')).toEqual(tested);
  });

  it('says what each other option of NFS means', () => {
    const usual = NFS.replace('soft', 'hard').replace('lookupcache=none,', '').replace('acdirmax=1', 'acdirmax=60');
    expect(advised(nfs(usual), '/mnt/nfs')).toEqual({
      is: 'other',
      words: [
        'A server that is away stops every program that touches the lake until it is back. Mount it with soft,timeo=50,retrans=2.',
        'What another workstation made may not be seen for up to ten seconds, which makes the work slow: mount it with lookupcache=none.',
        'What is known of a file is believed for up to 60 seconds, and what others wrote is hidden for that long: mount it with actimeo=1.',
      ],
    });
    expect(['3', '4.0', '4', '4.2'].map((version) => advised(nfs(NFS.replace('vers=4.1', `vers=${version}`), 'nfs'), '/mnt/nfs')?.is)).toEqual(['other', 'other', 'other', 'tested']);
  });

  it('warns of what does harm', () => {
    const loose = advised(cifs(CIFS.replace('strict', 'loose').replace('3.1.1', '2.1')), '/mnt/a share');
    expect([loose?.is, loose?.words.length]).toEqual(['bad', 2]);
    expect(advised(lines('43 22 0:60 / /mnt/far rw - fuse.sshfs me@host: rw'), '/mnt/far')?.is).toBe('bad');
  });
});
