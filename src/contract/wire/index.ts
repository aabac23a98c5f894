export { engineLost, wireFetch } from './client.ts';
export { CHUNK, WINDOW } from './messages.ts';
export type { HeaderPair, Wire, WireMessage } from './messages.ts';
export { serveWire } from './server.ts';
