import { EventEmitter } from 'node:events';
import { vi } from 'vitest';
import type { ElectronMain } from '../../../src/main/app.ts';

/** Electron as far as the main process uses it, with what was done to it kept for the test. */

export class FakePort extends EventEmitter {
  other: FakePort | null = null;
  isStarted = false;
  start(): void {
    this.isStarted = true;
  }
  postMessage(data: unknown): void {
    const { other } = this;
    setImmediate(() => other?.emit('message', { data: structuredClone(data) }));
  }
  close(): void {
    this.emit('close');
    this.other?.emit('close');
  }
}

export class FakeChannel {
  readonly port1 = new FakePort();
  readonly port2 = new FakePort();
  constructor() {
    this.port1.other = this.port2;
    this.port2.other = this.port1;
  }
}

export class FakeProcess extends EventEmitter {
  pid: number | undefined;
  readonly stderr = new EventEmitter();
  readonly received: { readonly message: { readonly type: string }; readonly ports: readonly FakePort[] }[] = [];
  kill = vi.fn(() => {
    setImmediate(() => this.emit('exit', 1));
    return true;
  });
  /** It comes up, as it does some time after it was asked for. */
  comesUp(pid: number): void {
    this.pid = pid;
    this.emit('spawn');
  }
  postMessage(message: { readonly type: string }, ports: readonly FakePort[] = []): void {
    this.received.push({ message, ports });
  }
}

export class FakeContents extends EventEmitter {
  openHandler: (() => { action: string }) | null = null;
  send = vi.fn();
  setWindowOpenHandler(handler: () => { action: string }): void {
    this.openHandler = handler;
  }
}

export class FakeWindow extends EventEmitter {
  static readonly made: FakeWindow[] = [];
  readonly options: unknown;
  readonly webContents = new FakeContents();
  loadURL = vi.fn(() => Promise.resolve());
  show = vi.fn();
  focus = vi.fn();
  maximize = vi.fn();
  restore = vi.fn();
  isMinimized = vi.fn(() => true);
  isMaximized = vi.fn(() => false);
  isDestroyed = vi.fn(() => false);
  getNormalBounds = vi.fn(() => ({ x: 10, y: 20, width: 1_000, height: 700 }));
  constructor(options: unknown) {
    super();
    this.options = options;
    FakeWindow.made.push(this);
  }
}

type Handler = (...given: never[]) => unknown;

export class FakeSession {
  readonly handlers = new Map<string, Handler>();
  readonly webRequest = { onBeforeRequest: (handler: Handler) => this.handlers.set('request', handler) };
  setPermissionRequestHandler = (handler: Handler): void => void this.handlers.set('permission', handler);
  setPermissionCheckHandler = (handler: Handler): void => void this.handlers.set('check', handler);
  setDevicePermissionHandler = (handler: Handler): void => void this.handlers.set('device', handler);
  setDisplayMediaRequestHandler = (handler: Handler): void => void this.handlers.set('display', handler);
  setSpellCheckerEnabled = vi.fn();
}

export function fakeElectron({ isFirst = true, userData = '/nowhere' }: { readonly isFirst?: boolean; readonly userData?: string } = {}): {
  readonly electron: ElectronMain;
  readonly app: EventEmitter & Record<'quit' | 'enableSandbox', ReturnType<typeof vi.fn>>;
  readonly switches: string[];
  readonly order: string[];
  readonly session: FakeSession;
  readonly processes: FakeProcess[];
  readonly windows: FakeWindow[];
  readonly ipc: Map<string, Handler>;
  readonly scheme: () => (request: Request) => Promise<Response>;
  readonly forks: unknown[][];
} {
  const order: string[] = [];
  const switches: string[] = [];
  const processes: FakeProcess[] = [];
  const forks: unknown[][] = [];
  const ipc = new Map<string, Handler>();
  const session = new FakeSession();
  let scheme: ((request: Request) => Promise<Response>) | null = null;
  FakeWindow.made.length = 0;
  const app = Object.assign(new EventEmitter(), {
    isPackaged: true,
    quit: vi.fn(),
    enableSandbox: vi.fn(() => order.push('sandbox')),
    requestSingleInstanceLock: () => isFirst,
    commandLine: { appendSwitch: (name: string, value?: string) => switches.push(value === undefined ? name : `${name}=${value}`) },
    getPath: () => userData,
    whenReady: async () => {
      await Promise.resolve();
      order.push('ready');
    },
  });
  const electron = {
    app,
    BrowserWindow: FakeWindow,
    dialog: { showOpenDialog: vi.fn(() => Promise.resolve({ canceled: false, filePaths: ['/records/a', '/records/b'] })), showSaveDialog: vi.fn(() => Promise.resolve({ canceled: true, filePath: '' })) },
    ipcMain: { handle: (channel: string, handler: Handler) => ipc.set(channel, handler) },
    Menu: { setApplicationMenu: vi.fn(), buildFromTemplate: (template: unknown) => template },
    MessageChannelMain: FakeChannel,
    powerMonitor: new EventEmitter(),
    protocol: {
      registerSchemesAsPrivileged: () => order.push('schemes'),
      handle: (_: string, handler: (request: Request) => Promise<Response>) => {
        scheme = handler;
      },
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1_920, height: 1_080 } }] },
    session: { defaultSession: session },
    shell: { showItemInFolder: vi.fn() },
    utilityProcess: {
      fork: (...given: unknown[]) => {
        order.push('fork');
        forks.push(given);
        const child = new FakeProcess();
        processes.push(child);
        return child;
      },
    },
  };
  return {
    electron: electron as unknown as ElectronMain,
    app: app as never,
    switches,
    order,
    session,
    processes,
    windows: FakeWindow.made,
    ipc,
    forks,
    scheme: () => scheme ?? (() => Promise.reject(new Error('no scheme'))),
  };
}
