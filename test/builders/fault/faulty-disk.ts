import { systemDisk } from '../../../src/engine/lake/index.ts';
import type { BlockingDisk, Disk, WriteHandle } from '../../../src/engine/lake/index.ts';

/**
 * A disk that fails at one chosen call. Every call of `Disk`, of its handles and of `Disk.blocking` is counted, whatever its name: a primitive
 * that is added to the interface is counted and failed without a change here.
 */

/** What happens at the chosen call. */
export const faultKinds = [
  /** The call does nothing and reports an error; the next one works. */
  'EIO',
  'EPERM',
  /** From this call on nothing can be added; a write takes half of its bytes, as write(2) does. Removing and renaming work. */
  'ENOSPC',
  /** From this call on nothing can be changed. */
  'EROFS',
  /** From this call on the disk is gone. */
  'gone',
  /** The call takes place, and reports an error: the reply of a share was lost. */
  'lostReply',
  /** The process dies before the call, or just after it; of a write half may be done. */
  'crashBefore',
  'crashAfter',
  'crashHalfway',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export function isCrash(kind: FaultKind): boolean {
  return kind.startsWith('crash');
}

/** Thrown where the process died: no program sees it, so nothing may take it for an error of the disk. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** One call: its number from 1, its primitive (`rename`, `handle.write`, `blocking.mkdir` …) and what it was about. */
export interface Call {
  readonly number: number;
  readonly primitive: string;
  readonly path: string;
}

export interface Fault {
  readonly at: number;
  readonly kind: FaultKind;
}

const adding = new Set(['create', 'mkdir', 'handle.write', 'blocking.createExclusive', 'blocking.write', 'blocking.mkdir']);

export class FaultyDisk {
  readonly disk: Disk;
  readonly calls: Call[] = [];
  readonly #under: Disk;
  #fault: Fault | null;
  readonly #at: number;
  #dead = false;
  readonly #openHandles = new Set<WriteHandle>();
  readonly #openDescriptors = new Map<number, string>();

  constructor(fault: Fault | null, under: Disk = systemDisk) {
    this.#fault = fault;
    this.#at = fault?.at ?? 0;
    this.#under = under;
    const calls = Object.entries(under as unknown as Readonly<Record<string, unknown>>).filter(([, value]) => typeof value === 'function');
    const outer = calls.map(([name, call]) => [name, (...args: unknown[]) => this.#outer(name, call as AsyncCall, args)] as const);
    const inner = Object.entries(under.blocking as unknown as Readonly<Record<string, BlockingCall>>);
    const blocking = inner.map(([name, call]) => [name, (...args: unknown[]) => this.#blocking(name, call, args)] as const);
    this.disk = { ...Object.fromEntries(outer), blocking: Object.fromEntries(blocking) as unknown as BlockingDisk } as unknown as Disk;
  }

  /** The chosen call; undefined where it was not reached. */
  get failed(): Call | undefined {
    return this.calls[this.#at - 1];
  }

  /** The disk works again: the cable is back, the space is freed. */
  heal(): void {
    this.#fault = null;
  }

  /** Closes what a process that died had open, as the system does. */
  async bury(): Promise<void> {
    this.#dead = true;
    for (const handle of this.#openHandles) await handle.close().catch(() => 'it was closed');
    for (const descriptor of this.#openDescriptors.keys()) this.#under.blocking.close(descriptor);
    this.#openHandles.clear();
    this.#openDescriptors.clear();
  }

  async #outer(name: string, call: AsyncCall, args: readonly unknown[]): Promise<unknown> {
    const result = await this.#through(name, pathOf(args), () => call(...args), () => Promise.resolve());
    return name === 'create' ? this.#handle(result as WriteHandle, pathOf(args)) : result;
  }

  #handle(real: WriteHandle, path: string): WriteHandle {
    this.#openHandles.add(real);
    const entries = Object.entries(real as unknown as Readonly<Record<string, AsyncCall>>).map(([name, call]) => {
      const wrapped = (...args: unknown[]): Promise<unknown> => {
        const half = name === 'write' ? () => real.write((args[0] as Uint8Array).subarray(0, (args[0] as Uint8Array).length >> 1)) : () => Promise.resolve();
        if (name !== 'close') return this.#through(`handle.${name}`, path, () => call(...args), half);
        this.#openHandles.delete(real);
        // close(2) frees the descriptor also where it reports an error.
        return this.#through('handle.close', path, () => call(), () => call(), () => call());
      };
      return [name, wrapped] as const;
    });
    return Object.fromEntries(entries) as unknown as WriteHandle;
  }

  async #through(primitive: string, path: string, call: () => Promise<unknown>, half: () => Promise<unknown>, instead: () => Promise<unknown> = () => Promise.resolve()): Promise<unknown> {
    const verdict = this.#judge(primitive, path);
    if (verdict.do === 'nothing') await instead();
    if (verdict.do === 'half') await half();
    const result = verdict.do === 'all' ? await call() : undefined;
    if (verdict.then === null) return result;
    if (primitive === 'create' && result !== undefined) await (result as WriteHandle).close();
    throw verdict.then;
  }

  #blocking(name: string, call: BlockingCall, args: readonly unknown[]): unknown {
    const descriptor = typeof args[0] === 'number' ? args[0] : null;
    const path = descriptor === null ? String(args[0]) : (this.#openDescriptors.get(descriptor) ?? '');
    const verdict = this.#judge(`blocking.${name}`, path);
    if (name === 'close' && descriptor !== null) this.#openDescriptors.delete(descriptor);
    if (verdict.do !== 'all' && name === 'close') call(...args);
    if (verdict.do === 'half' && name === 'write') call(args[0], (args[1] as Uint8Array).subarray(0, (args[1] as Uint8Array).length >> 1));
    const result = verdict.do === 'all' ? call(...args) : undefined;
    if (name === 'createExclusive' && result !== undefined) this.#openDescriptors.set(result as number, path);
    if (verdict.then !== null) throw verdict.then;
    return result;
  }

  #judge(primitive: string, path: string): Verdict {
    if (this.#dead) return { do: 'nothing', then: new Crash('The process is dead.') };
    this.calls.push({ number: this.calls.length + 1, primitive, path });
    const fault = this.#fault;
    if (fault === null || this.calls.length < fault.at) return fine;
    if (isCrash(fault.kind)) {
      this.#dead = true;
      return { do: fault.kind === 'crashBefore' ? 'nothing' : fault.kind === 'crashAfter' ? 'all' : 'half', then: new Crash(`The process died at ${primitive} ${path}.`) };
    }
    const now = this.calls.length === fault.at;
    switch (fault.kind) {
      case 'EIO':
      case 'EPERM':
        return now ? { do: 'nothing', then: systemError(fault.kind, primitive, path) } : fine;
      case 'lostReply':
        return now ? { do: 'all', then: systemError('EIO', primitive, path) } : fine;
      case 'ENOSPC':
        return now || adding.has(primitive) ? { do: 'half', then: systemError('ENOSPC', primitive, path) } : fine;
      case 'EROFS':
        return { do: 'nothing', then: systemError('EROFS', primitive, path) };
      default:
        return { do: 'nothing', then: systemError('EIO', primitive, path) };
    }
  }
}

type AsyncCall = (...args: unknown[]) => Promise<unknown>;
type BlockingCall = (...args: unknown[]) => unknown;
interface Verdict {
  readonly do: 'all' | 'half' | 'nothing';
  readonly then: Error | null;
}
const fine: Verdict = { do: 'all', then: null };

function pathOf(args: readonly unknown[]): string {
  return typeof args[0] === 'string' ? args[0] : '';
}

function systemError(code: string, primitive: string, path: string): Error {
  return Object.assign(new Error(`${code}: made by the test, ${primitive} '${path}'`), { code, syscall: primitive, path });
}

/** Primitives that are used where the place is a share, and nowhere else: copies are flushed before they are closed. */
export const ON_SHARES: readonly string[] = ['blocking.sync'];

/** Every write primitive that there is, as the interface has it now. `folder` is one to try in. */
export async function allPrimitives(file: string, under: Disk = systemDisk): Promise<string[]> {
  const handle = await under.create(file, 'exclusive');
  await handle.close();
  await under.unlink(file);
  return [
    ...Object.entries(under as unknown as Readonly<Record<string, unknown>>).flatMap(([name, value]) => (typeof value === 'function' ? [name] : [])),
    ...Object.keys(handle).map((name) => `handle.${name}`),
    ...Object.keys(under.blocking).map((name) => `blocking.${name}`),
  ].sort();
}
