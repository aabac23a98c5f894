import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Job } from '../../contract/api/index.ts';

/** Measures of the door. Labels are names of routes, statuses and kinds, never a name, an id or a path of someone's records. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({ name: 'hms_requests_total', help: 'Requests that were answered, by route and status', labelNames: ['route', 'status'], registers: [this.#registry] });
  readonly #durations = new Histogram({ name: 'hms_request_seconds', help: 'Time until the head of an answer was out, by route', labelNames: ['route'], buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10], registers: [this.#registry] });
  readonly #bytesIn = new Counter({ name: 'hms_uploaded_bytes_total', help: 'Bytes of files that were uploaded', registers: [this.#registry] });
  readonly #bytesOut = new Counter({ name: 'hms_served_bytes_total', help: 'Bytes of files and packages that were served', registers: [this.#registry] });

  constructor(jobs: () => readonly Job[]) {
    const registers = [this.#registry];
    new Gauge({
      name: 'hms_jobs',
      help: 'Jobs on the list, by kind and state',
      labelNames: ['kind', 'state'],
      registers,
      collect() {
        this.reset();
        for (const { kind, state } of jobs()) this.inc({ kind, state });
      },
    });
    new Gauge({
      name: 'hms_process_resident_bytes',
      help: 'Memory of the process',
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
    new Gauge({
      name: 'hms_process_heap_bytes',
      help: 'Memory of the process that its objects take',
      registers,
      collect() {
        this.set(process.memoryUsage().heapUsed);
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  answered(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status: String(status) });
    this.#durations.observe({ route }, seconds);
  }

  tookIn(bytes: number): void {
    this.#bytesIn.inc(bytes);
  }

  gaveOut(bytes: number): void {
    this.#bytesOut.inc(bytes);
  }
}
