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

/** The intake that this page sends, to keep in step with its job. It does not change with every file. */
export function useSendingJob(): { readonly intakes: Intakes; readonly job: string | null } {
  const intakes = useContext(IntakeContext);
  if (intakes === null) throw new Error('useSendingJob stands outside of IntakeContext.');
  const job = useSyncExternalStore(intakes.subscribe, () => intakes.view().sending?.job ?? null);
  return { intakes, job };
}

/** What is taken in, for whoever only hands something over. */
export function useIntakeStore(): Intakes {
  const intakes = useContext(IntakeContext);
  if (intakes === null) throw new Error('useIntakeStore stands outside of IntakeContext.');
  return intakes;
}
