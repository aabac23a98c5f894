/** What the desktop window offers the screens beside the door, as `window.hms`. In a browser there is none, and screens leave out what needs it. */
export interface WindowHost {
  readonly platform: 'win32' | 'darwin' | 'linux';
  /** Path of a dropped or chosen file or folder; empty for one that was made in the page. Call it in the drop's own handler. */
  pathForFile(file: File): string;
  /** Null where the dialog was closed. */
  chooseFolder(ask: PathQuestion): Promise<string | null>;
  /** Empty where the dialog was closed. */
  chooseFiles(ask: PathQuestion): Promise<readonly string[]>;
  /** Where to write a new file; null where the dialog was closed. Nothing is written. */
  saveAs(ask: PathQuestion): Promise<string | null>;
  /** Shows a file or folder in the system's own file window. */
  reveal(path: string): Promise<void>;
  /** Calls with what was chosen in the menu; answers what stops it. */
  onMenu(listener: (command: MenuCommand) => void): () => void;
  /** Calls when the engine's process ended and when it answers again; answers what stops it. */
  onEngine(listener: (state: EngineState) => void): () => void;
}

export interface PathQuestion {
  /** Title of the dialog, in the words of the screen. */
  readonly title: string;
  /** Name or path that is proposed. */
  readonly proposed?: string;
}

/** `gone`: it ended too often and is not started again. */
export const engineStates = ['starting', 'running', 'lost', 'gone'] as const;
export type EngineState = (typeof engineStates)[number];

/** Commands that the menu sends to the screens; the screens have them under the same ids. */
export const menuCommands = ['lake.new', 'lake.open', 'lake.close', 'intake', 'export', 'verify', 'go.home', 'go.datasets', 'go.ledger', 'go.back', 'find', 'help.shortcuts', 'help.about'] as const;
export type MenuCommand = (typeof menuCommands)[number];

/** Names of the messages between the window's page and the main process. All begin with `hms:`. */
export const channels = {
  chooseFolder: 'hms:choose-folder',
  chooseFiles: 'hms:choose-files',
  saveAs: 'hms:save-as',
  reveal: 'hms:reveal',
  menu: 'hms:menu',
  engine: 'hms:engine',
} as const;
