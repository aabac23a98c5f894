import { spawn } from 'node:child_process';

type Env = Readonly<Record<string, string | undefined>>;

/** The program that shows an address in the account's own browser; null where there is no display to show it on. */
export function browserCommand(platform: NodeJS.Platform, env: Env): readonly [string, ...string[]] | null {
  // `start` takes its first quoted word for a title; rundll32 takes the address as it is, with no shell that would read it.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  if (platform === 'darwin') return ['open'];
  return (env['DISPLAY'] ?? '') === '' && (env['WAYLAND_DISPLAY'] ?? '') === '' ? null : ['xdg-open'];
}

/** Opens an address in the browser; false where there is no display or no program for it. The browser outlives this process. */
export function openInBrowser(address: string, platform: NodeJS.Platform = process.platform, env: Env = process.env): Promise<boolean> {
  const command = browserCommand(platform, env);
  if (command === null) return Promise.resolve(false);
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, [...args, address], { detached: true, stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
