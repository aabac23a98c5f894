import { SIDECAR_NAME, sidecarText } from '../../core/index.ts';
import { readWhole } from '../read.ts';
import type { LakeCheck } from './context.ts';

/** The hash that the sidecar in a folder says, or a text in the form of a sentence's end where it says none. */
export function readSidecar(check: LakeCheck, folder: string): { readonly hash: string } | { readonly fault: string; readonly missing: boolean } {
  const read = readWhole(`${check.root}/${folder}/${SIDECAR_NAME}`, 1024);
  if ('why' in read) return { fault: read.detail, missing: read.why === 'missing' };
  const text = read.bytes.toString('latin1');
  const hash = /^[0-9a-f]{64}/.exec(text)?.[0] ?? '';
  return hash !== '' && text === sidecarText(hash) ? { hash } : { fault: 'it is not in the form of a sidecar', missing: false };
}

/** Reports a sidecar that does not say this hash. */
export function checkSidecar(check: LakeCheck, folder: string, hash: string): void {
  const said = readSidecar(check, folder);
  const path = `${folder}/${SIDECAR_NAME}`;
  if ('fault' in said) check.findings.add('SIDECAR_WRONG', path, `The hash beside an inventory cannot be read: ${said.fault}.`);
  else if (said.hash !== hash) check.findings.add('SIDECAR_WRONG', path, 'The hash beside an inventory is not the one that stands in the ledger.');
}
