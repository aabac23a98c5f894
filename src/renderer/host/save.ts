import { routes } from '../../contract/api/screens.ts';
import type { Door } from './context.ts';

/**
 * Lets the person save what a route answers. The address is a link that is good for five minutes, because a download of the browser or the window sends no
 * token. `path` is the route with its values, as `addressOf` makes it.
 */
export async function download({ host, call }: Door, path: string, name: string): Promise<void> {
  const { url } = await call(routes.makeLink, { body: { path, name } });
  click(`${host.base}${url}`, name);
}

/** Lets the person save a short text that the page holds. */
export function saveText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  click(url, name);
  URL.revokeObjectURL(url);
}

function click(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.rel = 'noopener';
  document.body.append(link);
  link.click();
  link.remove();
}
