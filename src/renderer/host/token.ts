/** What of a page's session is read and written here; `sessionStorage` in a browser. */
export interface Pocket {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

const POCKET = 'hms.token';
const FRAGMENT = /^#token=([A-Za-z0-9._~-]+)$/;

/**
 * The token that a loopback host put into the address, or the one that this tab was given before. `clear` is called when the address holds one, so that it
 * stands in no history, bookmark or screenshot. Null where there is none: every call will be refused, and the page says why.
 */
export function takeToken(fragment: string, pocket: Pocket, clear: () => void): string | null {
  const given = FRAGMENT.exec(fragment)?.[1];
  if (given === undefined) return pocket.getItem(POCKET);
  pocket.setItem(POCKET, given);
  clear();
  return given;
}
