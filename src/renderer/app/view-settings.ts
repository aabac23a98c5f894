import { createContext, useContext } from 'react';

/** How a person wants the screens to look; kept by the browser or window of this account. */
export interface ViewSettings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly density: 'dense' | 'comfortable';
}

const standard: ViewSettings = { theme: 'system', density: 'dense' };
const POCKET = 'hms.view';

/** What was kept; the standard for whatever is missing or is none of ours. */
export function readView(pocket: Pick<Storage, 'getItem'>): ViewSettings {
  try {
    const kept = JSON.parse(pocket.getItem(POCKET) ?? '{}') as Partial<Record<keyof ViewSettings, unknown>> | null;
    return { theme: kept?.theme === 'light' || kept?.theme === 'dark' ? kept.theme : standard.theme, density: kept?.density === 'comfortable' ? 'comfortable' : standard.density };
  } catch {
    return standard;
  }
}

export function keepView(pocket: Pick<Storage, 'setItem'>, view: ViewSettings): void {
  pocket.setItem(POCKET, JSON.stringify(view));
}

/** Tells the style sheets. */
export function showView(root: HTMLElement, view: ViewSettings): void {
  if (view.theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = view.theme;
  if (view.density === 'dense') delete root.dataset['density'];
  else root.dataset['density'] = view.density;
}

export interface View {
  readonly view: ViewSettings;
  change(view: ViewSettings): void;
}

export const ViewContext = createContext<View>({ view: standard, change: () => undefined });
export const useView = (): View => useContext(ViewContext);
