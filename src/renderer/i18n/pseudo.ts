const accents: Readonly<Record<string, string>> = { a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', A: 'Á', E: 'É', I: 'Í', O: 'Ó', U: 'Ú', n: 'ñ', c: 'ç', y: 'ý' };

/**
 * A text of the pseudo-locale: accents on its letters, and 30 % wider, as German or Spanish would be. Marks of tags (`<link>`) stay as they are. Words that a
 * screen does not take from the resources stand out by having no accents.
 */
export function pseudo(text: string): string {
  const accented = text
    .split(/(<[^<>]+>)/)
    .map((part) => (part.startsWith('<') && part.endsWith('>') ? part : part.replaceAll(/[aeiouAEIOUncy]/g, (letter) => accents[letter] ?? letter)))
    .join('');
  const letters = text.replaceAll(/<[^<>]+>/g, '').length;
  return `${accented}${'·'.repeat(Math.ceil(letters * 0.3))}`;
}
