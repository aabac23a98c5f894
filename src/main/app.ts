import { join } from 'node:path';
import type { Shell } from 'electron/common';
import type * as Electron from 'electron/main';
import type { BrowserWindow } from 'electron/main';
import { YOUNG_ROOM } from '../contract/helper-process.ts';
import { channels } from '../contract/window-host.ts';
import type { EngineState, MenuCommand } from '../contract/window-host.ts';
import { answerDialogs } from './dialogs.ts';
import { guardContents, guardSession } from './guards.ts';
import { helperOf, helperOptions, jsFlags } from './helpers.ts';
import { menuTemplate } from './menu.ts';
import { schemeHandler } from './scheme.ts';
import { engineEnvironment, ORIGIN, SCHEME, schemes, switches, windowOptions } from './security.ts';
import { stoppedPage } from './stopped-page.ts';
import { supervise } from './supervisor.ts';
import type { Supervisor } from './supervisor.ts';
import { boundsOf, readPlace } from './window-place.ts';

/** Calls of the system that wait for a share that is away keep their threads; with Node's own four of them nothing else would be read or written. */
const ROOM_FOR_STALLS = { UV_THREADPOOL_SIZE: '24' };

export type ElectronMain = Pick<
  typeof Electron,
  'app' | 'BrowserWindow' | 'dialog' | 'ipcMain' | 'Menu' | 'MessageChannelMain' | 'powerMonitor' | 'protocol' | 'screen' | 'session' | 'utilityProcess'
> & { readonly shell: Pick<Shell, 'showItemInFolder'> };

/** Where the built parts are. */
export interface Parts {
  readonly preload: string;
  /** Folder of the joined files: the engine, and the processes that it asks for. */
  readonly bundle: string;
  readonly screens: string;
}

/** How long work may take to come to a safe place when the program ends, ms. */
const DRAIN = 15_000;

/** Wires the main process. Call it once, before Electron is ready. */
export function startApp(electron: ElectronMain, parts: Parts, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): void {
  const { app } = electron;
  if (!app.requestSingleInstanceLock()) {
    // The window that is open comes to the front instead.
    app.quit();
    return;
  }
  for (const [name, value] of switches) app.commandLine.appendSwitch(name, value);
  app.enableSandbox();
  electron.protocol.registerSchemesAsPrivileged(schemes);
  guardContents(app);

  let window: BrowserWindow | null = null;
  let engine: Supervisor | null = null;
  let isDrained = false;
  const isDevelopment = !app.isPackaged;
  const placeFile = (): string => join(app.getPath('userData'), 'window.json');

  const onState = (state: EngineState): void => {
    if (window === null || window.isDestroyed()) return;
    if (state === 'gone') void window.loadURL(`${ORIGIN}/stopped`);
    else window.webContents.send(channels.engine, state);
  };
  const openWindow = (): void => {
    const place = readPlace(placeFile());
    const opened = new electron.BrowserWindow(windowOptions(parts.preload, boundsOf(place, electron.screen.getAllDisplays())));
    window = opened;
    if (place?.maximized === true) opened.maximize();
    opened.once('ready-to-show', () => opened.show());
    opened.on('close', () => engine?.remember(placeFile(), { ...opened.getNormalBounds(), maximized: opened.isMaximized() }));
    opened.on('closed', () => (window = null));
    void opened.loadURL(`${ORIGIN}/`);
  };
  const send = (command: MenuCommand): void => {
    if (window === null) openWindow();
    else window.webContents.send(channels.menu, command);
  };
  const toFront = (): void => {
    if (window === null) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  };

  app.on('second-instance', toFront);
  app.on('window-all-closed', () => {
    if (platform !== 'darwin') app.quit();
  });
  app.on('activate', () => {
    if (window === null && engine !== null) openWindow();
  });
  app.on('before-quit', (event) => {
    if (isDrained || engine === null) return;
    event.preventDefault();
    void engine.stop(DRAIN).finally(() => {
      isDrained = true;
      app.quit();
    });
  });

  void app.whenReady().then(() => {
    const { defaultSession } = electron.session;
    guardSession(defaultSession, isDevelopment);
    const running = supervise({
      // Not before Electron is ready: it would crash. Standard input is not offered to such a process.
      fork: () => electron.utilityProcess.fork(join(parts.bundle, 'window-engine.cjs'), [], { serviceName: 'HMS-DTA engine', execArgv: [jsFlags(YOUNG_ROOM)], stdio: ['ignore', 'ignore', 'pipe'], env: { ...engineEnvironment(env), ...ROOM_FOR_STALLS } }),
      forkHelper: (name) => {
        const { file, serviceName } = helperOf(name, parts.bundle);
        return electron.utilityProcess.fork(file, [], helperOptions(serviceName, env));
      },
      newChannel: () => new electron.MessageChannelMain(),
      now: () => performance.now(),
      later: (work, ms) => void setTimeout(work, ms),
      onState,
    });
    engine = running;
    electron.protocol.handle(SCHEME, schemeHandler({ screens: parts.screens, engine: running.engine, stoppedPage: () => stoppedPage(running.lastWords()) }));
    answerDialogs(electron.ipcMain, electron.dialog, electron.shell, () => window);
    electron.Menu.setApplicationMenu(electron.Menu.buildFromTemplate(menuTemplate(platform, isDevelopment, send)));
    // The system ends the session: there is no time to ask, and what is committed is safe.
    electron.powerMonitor.on('shutdown', () => app.quit());
    openWindow();
  });
}
