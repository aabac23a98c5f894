import { createContext, useContext, useSyncExternalStore } from 'react';
import type { IntakeView, Intakes } from './intakes.ts';

export const IntakeContext = createContext<Intakes | null>(null);

/** What the page takes in, and how it stands. */
export function useIntakes(): { readonly intakes: Intakes; readonly view: IntakeView } {
  const intakes = useContext(IntakeContext);
  if (intakes === null) throw new Error('useIntakes stands outside of IntakeContext.');
  const view = useSyncExternalStore(intakes.subscribe, intakes.view);
  return { intakes, view };
}
