import { HmsError } from '../contract/index.ts';
import type { ContractName } from '../contract/index.ts';
import { catalogRelations } from './catalog/index.ts';
import type { ReadableLake } from './open.ts';

/** Names that mean something in questions already, so that no table may have them. */
const reserved: ReadonlySet<string> = new Set([...Object.keys(catalogRelations), 'drafts', 'dataset']);

/** Refuses a name for a contract (whose table has it too) or a cube that questions would take for something else, or that the other kind has. */
export function refuseTakenName({ catalog }: ReadableLake, name: ContractName, what: 'contract' | 'cube'): void {
  const taken = reserved.has(name)
    ? `"${name}" is a word of questions in SQL, so no ${what} can be called that.`
    : what === 'contract'
      ? catalog.view.cube(name) === null
        ? null
        : `The name "${name}" is taken by a cube.`
      : catalog.view.contractNamed(name)
        ? `The name "${name}" is taken by a contract.`
        : catalog.view.cube(name) === null && catalog.view.table(name) !== null
          ? `The name "${name}" is taken by a table.`
          : null;
  if (taken !== null) throw new HmsError('NAME_TAKEN', taken, { kept: 'Nothing was changed.', next: 'Give it another name.' });
}
