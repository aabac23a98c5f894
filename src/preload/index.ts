import { contextBridge, ipcRenderer, webUtils } from 'electron/renderer';
import { channels } from '../contract/window-host.ts';
import type { EngineState, MenuCommand, WindowHost } from '../contract/window-host.ts';

/** What the page gets of the window: named functions, and nothing that could send other messages. */

function listening<T>(channel: string): (listener: (value: T) => void) => () => void {
  return (listener) => {
    // The event itself would hand the page a way to the main process.
    const heard = (_: unknown, value: T): void => listener(value);
    ipcRenderer.on(channel, heard);
    return () => void ipcRenderer.off(channel, heard);
  };
}

const host: WindowHost = {
  platform: process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux',
  pathForFile: (file) => webUtils.getPathForFile(file),
  chooseFolder: (ask) => ipcRenderer.invoke(channels.chooseFolder, ask) as Promise<string | null>,
  chooseFiles: (ask) => ipcRenderer.invoke(channels.chooseFiles, ask) as Promise<readonly string[]>,
  saveAs: (ask) => ipcRenderer.invoke(channels.saveAs, ask) as Promise<string | null>,
  reveal: (path) => ipcRenderer.invoke(channels.reveal, path) as Promise<void>,
  onMenu: listening<MenuCommand>(channels.menu),
  onEngine: listening<EngineState>(channels.engine),
};
contextBridge.exposeInMainWorld('hms', host);
