import i18next from 'i18next';
import type { i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { firstWords } from './en-US/index.ts';
import { pseudo } from './pseudo.ts';

export type Locale = 'en-US' | 'pseudo';

/** The words of the screens in a language: those of the start page are in it, those of a lake's screens come by `addLakeWords`. */
export function wordsOf(locale: Locale): i18n {
  const words = i18next.createInstance();
  words.use(initReactI18next).use({ type: 'postProcessor', name: 'pseudo', process: (text: string) => pseudo(text) });
  void words.init({
    lng: 'en-US',
    fallbackLng: false,
    resources: { 'en-US': firstWords },
    ns: Object.keys(firstWords),
    defaultNS: 'app',
    initAsync: false,
    // React escapes what it draws.
    interpolation: { escapeValue: false },
    returnNull: false,
    ...(locale === 'pseudo' ? { postProcess: ['pseudo'] } : {}),
  });
  return words;
}

/** Adds the words of a lake's screens. The router waits for them before it draws the first of those, so that nothing is drawn without its words. */
export async function addLakeWords(words: i18n): Promise<void> {
  const { lakeWords } = await import('./en-US/lake.ts');
  for (const [name, bundle] of Object.entries(lakeWords)) words.addResourceBundle('en-US', name, bundle);
}
