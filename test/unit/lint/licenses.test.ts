import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const scripts = new URL('../../../scripts/', import.meta.url).href;
const { writeLicenses } = (await import(`${scripts}licenses.mjs`)) as { writeLicenses: (folder: string) => string[] };

it('the licences that are handed out name the list of words for passphrases as its own licence asks: who made it, where it is, what was changed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hms-licenses-'));
  try {
    expect(writeLicenses(join(folder, 'out'))).toContain('eff-large-wordlist@2016.txt');
    const notice = readFileSync(join(folder, 'out', 'eff-large-wordlist@2016.txt'), 'utf8');
    expect(notice).toMatch(/^eff-large-wordlist 2016\nLicence: CC-BY-3\.0-US\nFrom: https:\/\/www\.eff\.org\/dice\n/);
    for (const words of ['© 2016 Electronic Frontier Foundation', 'https://creativecommons.org/licenses/by/3.0/us/legalcode', 'Changed: ']) expect(notice).toContain(words);
    expect(readFileSync(join(folder, 'out', 'INDEX.txt'), 'utf8')).toContain('eff-large-wordlist 2016: CC-BY-3.0-US (eff-large-wordlist@2016.txt)');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
