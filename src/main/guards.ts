import type { App, IpcMain, IpcMainInvokeEvent, Session } from 'electron/main';
import { isPermitted, isTrusted, mayLoad } from './security.ts';

/** Puts the rules of security.ts to work. */

/** For every page that is ever made, so that no window can be forgotten. */
export function guardContents(app: Pick<App, 'on'>): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

export function guardSession(session: Session, isDevelopment: boolean): void {
  session.setPermissionRequestHandler((_, permission, answer, details) => answer(isPermitted(permission, details.requestingUrl)));
  session.setPermissionCheckHandler((_, permission, origin) => isPermitted(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_, answer) => answer({}));
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayLoad(url, isDevelopment) }));
}

/** Answers calls of the page on one channel. One that does not come from our page is refused, and so is one whose argument `parse` throws on. */
export function handleFromPage<A, R>(ipc: Pick<IpcMain, 'handle'>, channel: string, parse: (given: unknown) => A, work: (given: A, event: IpcMainInvokeEvent) => Promise<R>): void {
  ipc.handle(channel, async (event, given: unknown) => {
    if (!isTrusted(channel, event.senderFrame)) throw new Error(`${channel} was asked from elsewhere and refused.`);
    return work(parse(given), event);
  });
}
