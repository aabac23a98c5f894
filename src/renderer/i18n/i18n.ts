import i18next from 'i18next';
import type { i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { enUS } from './en-US/index.ts';
import { pseudo } from './pseudo.ts';

export type Locale = 'en-US' | 'pseudo';

/** The words of the screens in a language. All of them are in the page: nothing is fetched, so nothing is drawn without its words. */
export function wordsOf(locale: Locale): i18n {
  const words = i18next.createInstance();
  words.use(initReactI18next).use({ type: 'postProcessor', name: 'pseudo', process: (text: string) => pseudo(text) });
  void words.init({
    lng: 'en-US',
    fallbackLng: false,
    resources: { 'en-US': enUS },
    ns: Object.keys(enUS),
    defaultNS: 'app',
    initAsync: false,
    // React escapes what it draws.
    interpolation: { escapeValue: false },
    returnNull: false,
    ...(locale === 'pseudo' ? { postProcess: ['pseudo'] } : {}),
  });
  return words;
}
