import type { BrowserWindowConstructorOptions, CustomScheme } from 'electron/main';

/** Everything that keeps the window closed, as plain values and questions, so that each can be tried without Electron. */

export const SCHEME = 'app';
export const ORIGIN = 'app://hms';

/** Registered once, before the program is ready: a second call would replace the first. */
export const schemes: CustomScheme[] = [{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }];

/** Switches that keep Chromium from calling anyone. */
export const switches: readonly (readonly [name: string, value?: string])[] = [
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-sync'],
  ['no-pings'],
  ['no-first-run'],
  ['disable-features', 'AutofillServerCommunication,CertificateTransparencyComponentUpdater,MediaRouter,OptimizationHints'],
  ['host-resolver-rules', 'MAP * ~NOTFOUND'],
];

/** Set although most are defaults: a default can change with a version. */
export function windowOptions(preload: string, bounds: { readonly x?: number; readonly y?: number; readonly width: number; readonly height: number }): BrowserWindowConstructorOptions {
  return {
    ...bounds,
    minWidth: 800,
    minHeight: 600,
    show: false,
    title: 'HMS-DTA',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      safeDialogs: true,
    },
  };
}

/** What a page may be given; all else is refused, also what a later version adds. */
const permissions: Readonly<Record<string, boolean>> = {
  // Copying a hash or a path.
  'clipboard-sanitized-write': true,
};

export function isPermitted(permission: string, origin: string): boolean {
  return Object.hasOwn(permissions, permission) && permissions[permission] === true && isOurs(origin);
}

/** Whether an address is a page or answer of ours. */
export function isOurs(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password, port } = new URL(address);
  return protocol === `${SCHEME}:` && host === 'hms' && username === '' && password === '' && port === '';
}

/** What the session may load. Data addresses are images in our own style sheets; blobs are previews. */
export function mayLoad(address: string, isDevelopment: boolean): boolean {
  if (isOurs(address)) return true;
  if (/^data:image\//i.test(address) || address.startsWith(`blob:${ORIGIN}/`)) return true;
  return isDevelopment && address.startsWith('devtools://');
}

/** Where a message of the page comes from. */
export interface Sender {
  readonly url: string;
  readonly parent: unknown;
}

/** Whether a message is one of ours, from the top frame of a page of ours. After a navigation there may be no frame: then it is nobody's. */
export function isTrusted(channel: string, frame: Sender | null | undefined): boolean {
  return channel.startsWith('hms:') && frame !== null && frame !== undefined && frame.parent === null && isOurs(frame.url);
}

/** Variables that the engine's process gets: it needs folders and a language, and nothing that could load code into it. */
const passed: ReadonlySet<string> = new Set(
  ['HMS_PROFILE', 'HMS_HOME', 'HMS_LAKE', 'HMS_DEBUG', 'HOME', 'USER', 'LOGNAME', 'USERNAME', 'USERPROFILE', 'USERDOMAIN', 'LOCALAPPDATA', 'APPDATA', 'SYSTEMROOT', 'WINDIR', 'TEMP', 'TMP', 'TMPDIR', 'XDG_DATA_HOME', 'LANG', 'LC_ALL', 'TZ', 'PATH'],
);

export function engineEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => passed.has(pair[0].toUpperCase()) && pair[1] !== undefined));
}
