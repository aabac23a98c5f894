import { routes } from '../../contract/api/screens.ts';
import type { Job } from '../../contract/api/index.ts';
import { DatasetId } from '../../contract/index.ts';
import type { Door } from '../host/index.ts';
import { entriesOf } from './entries.ts';
import type { Gathered } from './gather.ts';
import type { SendState } from './send-intake.ts';

/** What was dropped or chosen and is not taken in yet. In the desktop window only places are known: the engine reads them itself. */
export type Picked =
  | { readonly kind: 'files'; readonly gathered: Gathered }
  | { readonly kind: 'paths'; readonly paths: readonly string[] };

export interface IntakeView {
  /** Files found so far, while folders are walked; null when none are. */
  readonly walking: number | null;
  readonly picked: Picked | null;
  /** What the page sends; it stays after the end, for its list of files that were not taken. */
  readonly sending: { readonly job: string; readonly dataset: string; readonly state: SendState; readonly failed: unknown } | null;
}

const nothing: IntakeView = { walking: null, picked: null, sending: null };

/** How often the state of sending is drawn at most, ms. */
const SHOWN_EVERY_MS = 250;

/** Files on their way from this page into the lake. It outlives the screens: sending goes on while the person looks at something else. */
export class Intakes {
  readonly #door: Door;
  #view: IntakeView = nothing;
  #state: SendState | null = null;
  #stop = new AbortController();
  /** Resolves when the next file may go. */
  #gate: Promise<void> = Promise.resolve();
  #open: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(door: Door) {
    this.#door = door;
  }

  readonly view = (): IntakeView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes what was dropped. Call it in the drop's own handler. */
  drop(transfer: DataTransfer): void {
    const { desktop } = this.#door.host;
    if (desktop !== null) {
      this.choosePaths([...transfer.files].map((file) => desktop.pathForFile(file)).filter((path) => path !== ''));
      return;
    }
    void this.#walk(entriesOf(transfer));
  }

  /** Takes files that were chosen in a browser's dialog. */
  async chooseFiles(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    const { chosen } = await import('./gather.ts');
    this.#show({ picked: { kind: 'files', gathered: chosen(files) } });
  }

  /** Takes places that were chosen in the window's dialog. */
  choosePaths(paths: readonly string[]): void {
    if (paths.length > 0) this.#show({ picked: { kind: 'paths', paths } });
  }

  forget(): void {
    this.#show({ picked: null });
  }

  /** Begins to take in what was picked. Resolves to the job once it is begun; sending goes on. Rejects with what the door refuses. */
  async begin(dataset: string): Promise<Job> {
    const { picked } = this.#view;
    if (picked === null) throw new Error('Nothing was picked.');
    const id = DatasetId.parse(dataset);
    if (picked.kind === 'paths') {
      const { job } = await this.#door.call(routes.takePaths, { body: { dataset: id, paths: [...picked.paths] } });
      this.#show({ picked: null, sending: null });
      return job;
    }
    const { gathered } = picked;
    const { atFirst, sendIntake } = await import('./send-intake.ts');
    const { job } = await this.#door.call(routes.beginIntake, { body: { dataset: id, files: gathered.files.length, bytes: gathered.bytes } });
    this.#stop.abort();
    const stop = (this.#stop = new AbortController());
    let shown = -SHOWN_EVERY_MS;
    // Each file would draw the screen anew, and the drawing would hold up the next file.
    const tell = (state: SendState, failed: unknown = null): void => {
      this.#state = state;
      const now = this.#door.host.clock.now();
      if (stop.signal.aborted || (failed === null && now - shown < SHOWN_EVERY_MS)) return;
      shown = now;
      this.#show({ sending: { job: job.id, dataset, state, failed } });
    };
    this.#state = atFirst;
    this.#show({ picked: null, sending: { job: job.id, dataset, state: atFirst, failed: null } });
    sendIntake(this.#door, job.id, gathered, tell, () => this.#gate, stop.signal).then(() => this.#shown()).catch((error: unknown) => {
      tell(this.#state ?? atFirst, error);
    });
    return job;
  }

  /** Keeps in step with the job that takes the files: nothing is sent while it rests, or after its end. */
  follow(job: Job): void {
    if (job.ended !== null) {
      this.#stop.abort();
      this.#shown();
      this.#go();
    } else if (job.state !== 'paused') this.#go();
    else if (this.#open === null) this.#gate = new Promise((resolve) => (this.#open = resolve));
  }

  /** Shows how sending stands, where that was not drawn yet. */
  #shown(): void {
    const { sending } = this.#view;
    if (sending !== null && this.#state !== null && this.#state !== sending.state) this.#show({ sending: { ...sending, state: this.#state } });
  }

  #go(): void {
    this.#open?.();
    this.#open = null;
  }

  async #walk(entries: readonly FileSystemEntry[]): Promise<void> {
    if (entries.length === 0) return;
    this.#show({ walking: 0 });
    const { walk } = await import('./gather.ts');
    const gathered = await walk(entries, (walking) => this.#show({ walking }));
    this.#show({ walking: null, picked: { kind: 'files', gathered } });
  }

  #show(more: Partial<IntakeView>): void {
    this.#view = { ...this.#view, ...more };
    for (const listener of this.#listeners) listener();
  }
}
