import { readFile } from 'node:fs/promises';
import { sep } from 'node:path';

/** How a share is mounted on Linux, and what that means for a lake: docs/operations/shares.md says what was tested. */

export interface Mount {
  /** As the system names it: `nfs4`, `cifs`, `fuse.sshfs`, `ext4` … */
  readonly type: string;
  /** Options by name; a flag has the value ''. */
  readonly options: ReadonlyMap<string, string>;
}

/** What to know of a mount. `bad`: do not keep a lake there as it is mounted. */
export interface MountAdvice {
  readonly is: 'tested' | 'other' | 'bad';
  /** Sentences. */
  readonly words: readonly string[];
}

/** Programs that show a far folder through FUSE and were measured to do harm. */
const HARMFUL: ReadonlySet<string> = new Set(['fuse.sshfs', 'fuse.rclone']);
/** A client that believes for so long what it saw, s, hides for that long what others wrote. */
const LONG_CACHE_S = 5;
const HARD = 'A server that is away stops every program that touches the lake until it is back.';

/** The mount that a folder (its real path) is on; null where the system does not say. */
export async function mountOf(folder: string): Promise<Mount | null> {
  if (process.platform !== 'linux') return null;
  return mountIn(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''), folder);
}

/** The same from the text of `/proc/self/mountinfo` (proc(5)). Of several mounts on one folder the last one hides the others. */
export function mountIn(mountinfo: string, folder: string): Mount | null {
  let found: { readonly point: string; readonly mount: Mount } | null = null;
  for (const line of mountinfo.split('\n')) {
    const [own = '', after = ''] = line.split(' - ');
    const [, , , , escaped, options = ''] = own.split(' ');
    const [type, , more = ''] = after.split(' ');
    if (escaped === undefined || type === undefined || type === '') continue;
    const point = escaped.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
    const isAbove = folder === point || folder.startsWith(point.endsWith(sep) ? point : point + sep);
    if (isAbove && point.length >= (found?.point.length ?? 0)) found = { point, mount: { type, options: optionsOf(`${options},${more}`) } };
  }
  return found?.mount ?? null;
}

function optionsOf(text: string): Map<string, string> {
  return new Map(text.split(',').filter((option) => option !== '').map((option) => [option.split('=', 1)[0] ?? '', option.split('=').slice(1).join('=')]));
}

/** What its options mean for a lake; null where nothing depends on them. */
export function adviceOn({ type, options }: Mount): MountAdvice | null {
  if (HARMFUL.has(type)) {
    return { is: 'bad', words: [`It is shown by ${type.slice('fuse.'.length)}, which was measured to show old sizes of files or to give one name to two writers: do not keep a lake there, and use SMB or NFS.`] };
  }
  if (type === 'cifs' || type === 'smb3') return cifsAdvice(options);
  return type === 'nfs' || type === 'nfs4' ? nfsAdvice(options) : null;
}

function cifsAdvice(options: ReadonlyMap<string, string>): MountAdvice {
  const version = options.get('vers') ?? '';
  const bad = options.get('cache') === 'loose' ? ['It is mounted with cache=loose, which shows what others wrote late or never: mount it with cache=strict.'] : [];
  return advice(bad, [
    ...(version.startsWith('3') ? [] : [`It is mounted with version ${version} of SMB, which was not tested: mount it with vers=3.1.1.`]),
    ...longCache(options, ['actimeo', 'acregmax', 'acdirmax']),
    ...(options.has('hard') ? [HARD] : []),
  ]);
}

function nfsAdvice(options: ReadonlyMap<string, string>): MountAdvice {
  const version = options.get('vers') ?? '';
  return advice([], [
    ...(version.startsWith('4') && version !== '4' && version !== '4.0' ? [] : [`It is mounted with version ${version === '' ? 'unknown' : version} of NFS, which was not tested: mount it with vers=4.1.`]),
    ...(options.has('soft') ? [] : [`${HARD} Mount it with soft,timeo=50,retrans=2.`]),
    ...(options.get('lookupcache') === 'none' ? [] : ['What another workstation made may not be seen for up to ten seconds, which makes the work slow: mount it with lookupcache=none.']),
    ...longCache(options, ['acregmax', 'acdirmax']),
  ]);
}

function longCache(options: ReadonlyMap<string, string>, names: readonly string[]): string[] {
  const seconds = Math.max(0, ...names.map((name) => Number(options.get(name) ?? 0)).filter((value) => Number.isFinite(value)));
  return seconds > LONG_CACHE_S ? [`What is known of a file is believed for up to ${seconds} seconds, and what others wrote is hidden for that long: mount it with actimeo=1.`] : [];
}

function advice(bad: readonly string[], other: readonly string[]): MountAdvice {
  const words = [...bad, ...other];
  return words.length === 0 ? { is: 'tested', words: ['It is mounted in the way that was tested.'] } : { is: bad.length > 0 ? 'bad' : 'other', words };
}
