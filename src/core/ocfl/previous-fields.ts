import type { InventoryField } from './inventory-read.ts';
import { INVENTORY_DIGEST_ALGORITHM, INVENTORY_TYPE } from './inventory-write.ts';
import { refusePrevious } from './version-text.ts';

/** Refuses the head of an inventory that is not of version n−1 of this object, or not as this program writes it; `versions`: how many it was found to have. */
export function refuseOtherFields(fields: ReadonlyMap<InventoryField, string>, next: { readonly id: string; readonly version: number }, versions: number): void {
  const before = next.version - 1;
  const expected: readonly (readonly [InventoryField, string])[] = [
    ['id', next.id],
    ['type', INVENTORY_TYPE],
    ['digestAlgorithm', INVENTORY_DIGEST_ALGORITHM],
    ['head', `v${String(before)}`],
  ];
  for (const [name, value] of expected) {
    const found = fields.get(name) ?? '';
    if (found !== value) refusePrevious(`its "${name}" is "${found}", not "${value}"`);
  }
  if (fields.has('contentDirectory')) refusePrevious('it names a content directory of its own');
  if (versions !== before) refusePrevious(`it has ${String(versions)} versions, not ${String(before)}`);
}
