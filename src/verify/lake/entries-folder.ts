import { entryFolder } from '../../core/index.ts';
import type { LakeCheck } from './context.ts';
import { namesIn } from './places.ts';

/** Looks for folders beyond the end of the ledger and for names that are no numbers. The entries themselves were read by number, never by listing. */
export async function checkEntriesFolder(check: LakeCheck, ledger: string, size: number): Promise<void> {
  let beyond = 0;
  let first = '';
  const top = `${ledger}entries`;
  for (const million of numbered(check, top, /^x(\d{3})$/)) {
    for (const thousand of numbered(check, `${top}/${million}`, /^x(\d{3})$/)) {
      const folder = `${top}/${million}/${thousand}`;
      for (const name of numbered(check, folder, /^(\d{3})$/)) {
        const seq = Number(`${million.slice(1)}${thousand.slice(1)}${name}`);
        if (seq <= size) continue;
        beyond += 1;
        first = first === '' ? `${folder}/${name}` : first;
      }
      await check.meter.breathe();
    }
  }
  if (beyond > 0) {
    check.unsettled.push({ code: 'LEDGER_GAP', path: first, message: `The ledger ends before number ${String(size)} (${top}/${entryFolder(size)}), and ${String(beyond)} folders have higher numbers: entries between are missing.` });
  }
}

function numbered(check: LakeCheck, folder: string, grammar: RegExp): string[] {
  const names = namesIn(check, folder);
  if (names === null) return [];
  const strangers = [...names.files, ...names.others, ...names.folders.filter((name) => !grammar.test(name))];
  for (const name of strangers) check.findings.add('FOREIGN_FILE', `${folder}/${name}`, 'This does not belong among the entries of the ledger. It was left alone.');
  return names.folders.filter((name) => grammar.test(name)).sort();
}
