export { logFile, logInto } from './log-file.ts';
export type { Log } from './log-file.ts';
export { openInBrowser } from './browser.ts';
export { listen } from './loopback.ts';
export type { Loopback, LoopbackOptions } from './loopback.ts';
export { homeFolder, screensFolder } from './places.ts';
export { openDoorHere } from './door-here.ts';
export { newToken, writeOpeningPage, writeTokenFile } from './token-file.ts';
export type { SecretFile } from './token-file.ts';
