import { createContext, useContext } from 'react';
import { datesOf } from './dates.ts';
import type { Dates } from './dates.ts';
import { numbersOf } from './numbers.ts';
import type { Numbers } from './numbers.ts';

export type Formats = Dates & Numbers & { readonly zone: string };

/** All formats for a language and the office's zone. */
export function formatsOf(locale: string, zone: string, now: () => number): Formats {
  return { ...numbersOf(locale), ...datesOf(locale, zone, now), zone };
}

export const FormatContext = createContext<Formats | null>(null);

export function useFormats(): Formats {
  const formats = useContext(FormatContext);
  if (formats === null) throw new Error('useFormats stands outside of FormatContext.');
  return formats;
}
