import type { Shell } from 'electron/common';
import type { BrowserWindow, Dialog, IpcMain } from 'electron/main';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { channels } from '../contract/window-host.ts';
import { handleFromPage } from './guards.ts';

const Question = z.object({ title: z.string().max(200), proposed: z.string().max(4_096).optional() });
const Path = z.string().max(32_768).refine((path) => isAbsolute(path) && !path.includes('\0'), 'must be a whole path');

/** The system's own dialogs, as the page may ask for them. */
export function answerDialogs(ipc: Pick<IpcMain, 'handle'>, dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog'>, shell: Pick<Shell, 'showItemInFolder'>, window: () => BrowserWindow | null): void {
  const within = (): BrowserWindow => {
    const open = window();
    if (open === null) throw new Error('The window is closed.');
    return open;
  };
  const proposedOf = (proposed: string | undefined): { defaultPath?: string } => (proposed === undefined ? {} : { defaultPath: proposed });

  handleFromPage(ipc, channels.chooseFolder, (given) => Question.parse(given), async ({ title, proposed }) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(within(), { title, ...proposedOf(proposed), properties: ['openDirectory', 'createDirectory'] });
    return canceled ? null : (filePaths[0] ?? null);
  });
  handleFromPage(ipc, channels.chooseFiles, (given) => Question.parse(given), async ({ title, proposed }) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(within(), { title, ...proposedOf(proposed), properties: ['openFile', 'multiSelections', 'showHiddenFiles'] });
    return canceled ? [] : filePaths;
  });
  handleFromPage(ipc, channels.saveAs, (given) => Question.parse(given), async ({ title, proposed }) => {
    const { canceled, filePath } = await dialog.showSaveDialog(within(), { title, ...proposedOf(proposed), properties: ['createDirectory', 'showOverwriteConfirmation'] });
    return canceled || filePath === '' ? null : filePath;
  });
  // Shown in the file window, never opened: what a record is opened with is the person's own choice.
  handleFromPage(ipc, channels.reveal, (given) => Path.parse(given), (path) => Promise.resolve(shell.showItemInFolder(path)));
}
