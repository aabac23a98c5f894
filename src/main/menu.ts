import type { MenuItemConstructorOptions } from 'electron/main';
import type { MenuCommand } from '../contract/window-host.ts';

/** The menu of the window, by the conventions of the system. */
export function menuTemplate(platform: NodeJS.Platform, isDevelopment: boolean, send: (command: MenuCommand) => void): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const item = (label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({ id: command, label, click: () => send(command), ...(accelerator === undefined ? {} : { accelerator }) });
  const line: MenuItemConstructorOptions = { type: 'separator' };
  const about = item('About HMS-DTA', 'help.about');

  const app: MenuItemConstructorOptions = { label: 'HMS-DTA', submenu: [about, line, { role: 'services' }, line, { role: 'hide' }, { role: 'hideOthers' }, { role: 'unhide' }, line, { role: 'quit' }] };
  const file: MenuItemConstructorOptions = {
    label: isMac ? 'File' : '&File',
    submenu: [
      item('New Lake…', 'lake.new', 'CmdOrCtrl+N'),
      item('Open Lake…', 'lake.open', 'CmdOrCtrl+O'),
      item('Close Lake', 'lake.close'),
      line,
      item('Put Files…', 'intake', 'CmdOrCtrl+I'),
      item('Export…', 'export', 'CmdOrCtrl+E'),
      item('Verify…', 'verify', 'CmdOrCtrl+Shift+V'),
      line,
      isMac ? { role: 'close' } : { role: 'quit', label: platform === 'win32' ? 'E&xit' : '&Quit' },
    ],
  };
  const edit: MenuItemConstructorOptions = {
    label: isMac ? 'Edit' : '&Edit',
    submenu: [{ role: 'undo' }, { role: 'redo' }, line, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }, line, item('Find', 'find', 'CmdOrCtrl+F')],
  };
  const view: MenuItemConstructorOptions = {
    label: isMac ? 'View' : '&View',
    submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, line, { role: 'togglefullscreen' }, ...(isDevelopment ? [line, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : [])],
  };
  const go: MenuItemConstructorOptions = {
    label: isMac ? 'Go' : '&Go',
    submenu: [item('Back', 'go.back', isMac ? 'Cmd+[' : 'Alt+Left'), line, item('Home', 'go.home', 'CmdOrCtrl+1'), item('Datasets', 'go.datasets', 'CmdOrCtrl+2'), item('Ledger', 'go.ledger', 'CmdOrCtrl+3')],
  };
  const help: MenuItemConstructorOptions = { role: 'help', label: isMac ? 'Help' : '&Help', submenu: [item('Keyboard Shortcuts', 'help.shortcuts', 'CmdOrCtrl+/'), ...(isMac ? [] : [line, about])] };
  return [...(isMac ? [app] : []), file, edit, view, go, ...(isMac ? [{ role: 'windowMenu' } as const] : []), help];
}
