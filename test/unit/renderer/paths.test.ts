import { expect, it } from 'vitest';
import { brief, folderOf, middle, nameOf } from '../../../src/renderer/format/paths.ts';
import { pseudo } from '../../../src/renderer/i18n/pseudo.ts';

it('a path that fits stays whole', () => {
  expect(middle('a/b.csv', 7)).toBe('a/b.csv');
});

it('a path that does not fit is cut in its middle and keeps its end', () => {
  const cut = middle('readings/2024/08/station-22/sensorR17.csv', 20);
  expect(cut).toBe('reading…ensorR17.csv');
  expect([...cut]).toHaveLength(20);
});

it('a character that is two code units is never halved', () => {
  expect(middle('😀😀😀😀😀😀', 4)).toBe('😀…😀😀');
});

it('folder, name and first digits', () => {
  expect([folderOf('a/b/c.txt'), folderOf('c.txt'), nameOf('a/b/c.txt'), nameOf('c.txt'), brief('0123456789')]).toEqual(['a/b/', '', 'c.txt', 'c.txt', '01234567']);
});

it('the pseudo-locale widens words by 30 % and leaves tags alone', () => {
  expect(pseudo('Open <link>a lake</link>')).toBe('Ópéñ <link>á láké</link>····');
});
