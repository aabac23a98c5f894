import type { Handlers } from './handler.ts';
import { makeApp } from './app.ts';
import type { App } from './app.ts';
import { cubeHandlers } from './cube-handlers.ts';
import { datasetHandlers } from './dataset-handlers.ts';
import { draftHandlers } from './draft-handlers.ts';
import { eventHandlers } from './event-handlers.ts';
import { exportHandlers } from './export-handlers.ts';
import { publicationHandlers } from './publication-handlers.ts';
import { intakeHandlers } from './intake-handlers.ts';
import { jobHandlers } from './job-handlers.ts';
import { lakeHandlers } from './lake-handlers.ts';
import { ledgerHandlers } from './ledger-handlers.ts';
import { Links } from './links.ts';
import type { Metrics } from './metrics.ts';
import { presenceHandlers } from './presence-handlers.ts';
import { rawHandlers } from './raw-handlers.ts';
import { queryHandlers } from './query-handlers.ts';
import { Requests } from './requests.ts';
import type { Services } from './services.ts';
import { tableHandlers } from './table-handlers.ts';
import { transformHandlers } from './transform-handlers.ts';
import type { Uploads } from './uploads.ts';
import { verificationHandlers } from './verification-handlers.ts';

export { DraftBook } from './draft-book.ts';
export { EventLog } from './event-log.ts';
export { KnownLakes } from './known-lakes.ts';
export { LakeDesk } from './lake-desk.ts';
export { Lookout } from './lookout.ts';
export type { Away } from './lookout.ts';
export { Nights } from './nights.ts';
export { Metrics } from './metrics.ts';
export { NormalDesk } from './normal-desk.ts';
export { RawDesk } from './raw-desk.ts';
export { problemOf } from './problems.ts';
export { QuestionDesk } from './question-desk.ts';
export { abortable } from './requests.ts';
export type { Services, Verified, Verify } from './services.ts';
export { takePathsJob } from './take-paths.ts';
export { Uploads } from './uploads.ts';
export { EXPORT_KEPT_MS } from './export-handlers.ts';

/** The handler of all routes over these services. */
export function handlerOf(services: Services, uploads: Uploads, metrics: Metrics): App {
  const requests = new Requests();
  const links = new Links(services.clock, (request) => app(request));
  const handlers: Handlers = {
    ...lakeHandlers(services),
    ...datasetHandlers(services),
    ...draftHandlers(services),
    ...intakeHandlers(services, uploads),
    ...exportHandlers(services, links),
    ...publicationHandlers(services),
    ...verificationHandlers(services, uploads),
    ...rawHandlers(services, uploads, metrics),
    ...tableHandlers(services, metrics),
    ...transformHandlers(services),
    ...queryHandlers(services),
    ...cubeHandlers(services),
    ...ledgerHandlers(services),
    ...presenceHandlers(services),
    ...jobHandlers(services),
    ...eventHandlers(services, requests, metrics),
  };
  const { version, localPaths, log } = services;
  const app = makeApp({ handlers, requests, metrics, uploads, version, localPaths, log });
  return app;
}
