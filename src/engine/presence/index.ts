export { BEAT_MS, heartbeatFile, heartbeatText, STALE_MS } from './heartbeat-file.ts';
export { lastSigns, Observer } from './observer.ts';
export type { LastSign, ObservedLake, Present } from './observer.ts';
export { Presence } from './presence.ts';
