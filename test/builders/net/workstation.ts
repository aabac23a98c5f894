import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Box, Started } from './box.ts';
import { ADDRESS, PASSWORD, USER } from './servers.ts';
import { until, untilThere } from './wait.ts';

/**
 * A workstation: a user-mode Linux with its own kernel, page cache and network card, whose root is this computer's. To end its process is to pull its plug: what
 * its kernel had not written is lost.
 */

export interface RanThere {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningThere {
  /** What it printed until now. */
  readonly said: () => string;
  /** Resolves as soon as this stands in what it printed. */
  printed(text: string, seconds?: number): Promise<void>;
  readonly ended: Promise<RanThere>;
}

/** The options that docs/operations/shares.md says to take. */
export const options = {
  smb: `username=${USER},password=${PASSWORD},vers=3.1.1,uid=0,gid=0,file_mode=0666,dir_mode=0777`,
  nfs: 'vers=4.1,proto=tcp,port=2049,soft,timeo=50,retrans=2,lookupcache=none,actimeo=1',
} as const;

export class Workstation {
  readonly name: string;
  /** A folder of this computer for the workstation's own disk: profile, sources, exports. */
  readonly disk: string;
  readonly #box: Box;
  readonly #address: string;
  /** Where commands go and what they print comes back: a new one for each start, so that what was said before a cut can still be read. */
  #queue: string;
  #boots = 0;
  #kernel: Started | null = null;
  #commands = 0;

  constructor(box: Box, name: string, number: number) {
    this.name = name;
    this.#box = box;
    this.#address = `10.77.0.${10 + number}`;
    this.disk = join(box.work, `disk-${name}`);
    this.#queue = this.#newQueue();
    mkdirSync(this.disk, { recursive: true });
    box.run('ip', 'tuntap', 'add', 'dev', `tap${name}`, 'mode', 'tap');
    box.run('ip', 'link', 'set', `tap${name}`, 'master', 'br0', 'up');
  }

  get profile(): string {
    return join(this.disk, 'profile');
  }

  #newQueue(): string {
    const queue = join(this.#box.work, `queue-${this.name}-${this.#boots++}`);
    mkdirSync(queue);
    return queue;
  }

  /** Starts the kernel, with a disk image as the drive /run/drive where one is given. */
  async boot(drive?: string): Promise<void> {
    const { work } = this.#box;
    this.#queue = this.#newQueue();
    const script = join(work, `init-${this.name}.sh`);
    writeFileSync(script, firstProgram(work, this.name, this.#address, this.#queue), { mode: 0o755 });
    const kernel = ['mem=768M', 'root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'rw', `init=${script}`, `vec0:transport=tap,ifname=tap${this.name},depth=128`];
    const console = ['con0=null,fd:1', 'con=null', `umid=${this.name}`, `uml_dir=${join(work, 'uml')}`];
    this.#kernel = this.#box.start(`kernel-${this.name}.log`, 'linux.uml', ...kernel, ...console, ...(drive === undefined ? [] : [`ubd0=${drive}`]));
    await untilThere(join(this.#queue, 'ready'), 60);
  }

  /** Pulls the plug. */
  async cut(): Promise<void> {
    const kernel = this.#kernel;
    this.#kernel = null;
    // Its processes are in several groups; until the last of them has ended they hold its network card and its drive. Programs before the kernel, which is the first of them, and all in one go: a program whose kernel is gone
    // would run on as one of this computer, with the kernel's open files under its own numbers, and was seen to write an inventory over what it had printed.
    const pattern = ` [u]mid=${this.name} `;
    await until(`the kernel of ${this.name} has ended`, () => {
      const left = this.#box.run('sh', '-c', `ids=$(pgrep -f -- '${pattern}' | sort -rn); [ -z "$ids" ] || kill -KILL $ids 2>/dev/null; echo $ids`);
      return left.trim() === '';
    }, 30);
    await kernel?.ended;
  }

  /** Starts a command of the shell. */
  start(command: string): RunningThere {
    const base = join(this.#queue, `c${this.#commands++}`);
    writeFileSync(`${base}.new`, `${command}\n`);
    renameSync(`${base}.new`, `${base}.command`);
    const read = (ending: string): string => (existsSync(`${base}.${ending}`) ? readFileSync(`${base}.${ending}`, 'utf8') : '');
    const wasCut = this.#kernel?.ended.then(() => true);
    const ended = (async (): Promise<RanThere> => {
      let isCut = false;
      void wasCut?.then(() => (isCut = true));
      await until(`"${command}" ends at ${this.name}`, () => isCut || existsSync(`${base}.code`), 900);
      return { code: Number(read('code') || -1), stdout: read('out'), stderr: read('err') };
    })();
    return {
      ended,
      said: () => read('out'),
      printed: (text, seconds = 120) => until(`"${command}" at ${this.name} prints "${text}"`, () => {
        if (existsSync(`${base}.code`) && !read('out').includes(text)) throw new Error(`"${command}" ended with ${read('code')} before it printed "${text}": ${read('err')}`);
        return read('out').includes(text);
      }, seconds),
    };
  }

  /** Runs a command of the shell to its end; throws where it fails. */
  async run(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.start(command).ended;
    if (code !== 0) throw new Error(`"${command}" at ${this.name} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Mounts a share, unless it is mounted; answers where. */
  async mount(kind: 'smb' | 'nfs', share = 'lakes', more = ''): Promise<string> {
    const at = `/mnt/${kind}-${share}`;
    const what = kind === 'smb' ? `-t cifs //${ADDRESS}/${share}` : `-t nfs4 ${ADDRESS}:/${share}`;
    await this.run(`mkdir -p ${at} && { mountpoint -q ${at} || mount ${what} ${at} -o ${options[kind]}${more}; }`);
    return at;
  }

  /** Whether its kernel asks a server of NFS again and again to open a file, as that tells it to wait. */
  async waitsForServer(): Promise<boolean> {
    return (await this.run('cat /proc/[0-9]*/task/*/stack 2>/dev/null || true')).includes('nfs4_handle_exception');
  }

  /** The shell command that runs a script of the tests, or the program, with this Node. */
  node(script: string, ...args: readonly string[]): string {
    return [`HMS_PROFILE=${this.profile}`, process.execPath, script, ...args].map((word, i) => (i === 0 ? word : quoted(word))).join(' ');
  }
}

export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** What the kernel starts first: the network, then whatever comes into the queue. */
function firstProgram(work: string, name: string, address: string, queue: string): string {
  return `#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 NO_COLOR=1 NODE_COMPILE_CACHE=${work}/compiled
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /mnt
mknod /run/drive b 98 0
echo ${work}/modprobe.sh > /proc/sys/kernel/modprobe
hostname REC-${name}
ip link set lo up
card=$(ls /sys/class/net | grep -v -e lo -e tunl -e sit -e ip6 | head -1)
ip addr add ${address}/24 dev $card; ip link set $card up
# Looks for commands without starting a program each time, which costs such a kernel a quarter of a processor: nobody writes into this pipe.
mkfifo /run/nothing; exec 9<>/run/nothing
touch ${queue}/ready
while :; do
  for file in ${queue}/*.command; do
    [ -e "$file" ] || continue
    base=\${file%.command}; mv $file $base.script
    ( sh $base.script >$base.out 2>$base.err </dev/null 9<&-; echo $? >$base.tmp; mv $base.tmp $base.code ) &
  done
  read -r -t 0.05 -u 9 || :
done
`;
}

/** The wrapper by which a user-mode kernel finds its modules. */
export function writeModprobe(work: string): void {
  const script = join(work, 'modprobe.sh');
  writeFileSync(script, `#!/bin/sh\nexec modprobe -d ${work}/modules "$@"\n`, { mode: 0o755 });
}
