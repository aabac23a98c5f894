import { TxnId } from '../../contract/index.ts';
import { readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';
import type { LedgerFacts } from './facts.ts';
import type { InterruptedFork } from './interrupted-fork.ts';
import { namesIn } from './places.ts';

/** Says what is in staging. None of it is part of any version, unless an interrupted commit is being read from there. */
export function checkStaging(check: LakeCheck, facts: LedgerFacts, fork: InterruptedFork | null): void {
  const names = namesIn(check, 'staging');
  for (const name of [...(names?.files ?? []), ...(names?.others ?? [])]) {
    check.findings.add('FOREIGN_FILE', `staging/${name}`, 'This does not belong into staging. It was left alone.');
  }
  for (const name of names?.folders ?? []) {
    const folder = `staging/${name}`;
    if (folder === fork?.folder) continue;
    if (!TxnId.safeParse(name).success) check.findings.add('FOREIGN_FILE', folder, 'This does not belong into staging. It was left alone.');
    else if (facts.txns.has(name)) {
      if (!isReadFrom(check, folder)) check.unsettled.push({ code: 'STAGING_LEFT', path: folder, message: 'This folder is left of an act that is in the ledger and done.' });
    } else if (isBare(check, folder)) {
      check.unsettled.push({ code: 'STAGING_LEFT', path: folder, message: 'This folder is left of something that was interrupted before it had begun. Nothing is in it; it may be removed.' });
    } else {
      check.unsettled.push({ code: 'DRAFT_OPEN', path: folder, message: draftSentence(check, folder) });
    }
  }
}

/** Whether there is no file in it, and no folder but those with which a draft begins: nothing was put into it. */
function isBare(check: LakeCheck, folder: string): boolean {
  const begun: Readonly<Record<string, readonly string[]>> = { '': ['journal', 'version'], '/journal': [], '/version': ['content'], '/version/content': [] };
  return Object.entries(begun).every(([below, allowed]) => {
    const names = namesIn(check, `${folder}${below}`);
    return names === null || (names.files.length === 0 && names.others.length === 0 && names.folders.every((name) => allowed.includes(name)));
  });
}

/** Whether a version is being read from here, because its commit was interrupted. */
function isReadFrom(check: LakeCheck, folder: string): boolean {
  const names = namesIn(check, folder);
  return names?.folders.some((name) => name === 'version' || name === 'object' || name === 'parts') === true;
}

function draftSentence(check: LakeCheck, folder: string): string {
  const draft = readWhole(`${check.root}/${folder}/draft.json`, 65_536);
  const text = 'why' in draft ? '' : draft.bytes.toString('utf8');
  const dataset = /"dataset":"([A-Za-z0-9._-]{1,64})"/.exec(text)?.[1];
  if (dataset === undefined && namesIn(check, folder)?.folders.includes('object') === true) {
    return 'A raw drop that is being received, or whose sending was interrupted before anybody was told its number, is in staging. The next program of that workstation that writes removes what was interrupted.';
  }
  return dataset === undefined ? 'Work that was not committed is in staging.' : `A draft for ${dataset} that was not committed is in staging.`;
}
