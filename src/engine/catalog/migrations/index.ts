import { ledger } from './0001-ledger.ts';
import { datasets } from './0002-datasets.ts';
import { files } from './0003-files.ts';
import { views } from './0004-views.ts';
import { lineage } from './0005-lineage.ts';
import { imported } from './0006-imported.ts';
import { contracts } from './0007-contracts.ts';
import { rawDrops } from './0008-raw-drops.ts';
import { tables } from './0009-tables.ts';
import { dropUses } from './0010-drop-uses.ts';
import { cubes } from './0012-cubes.ts';
import { dropContracts } from './0013-drop-contracts.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

/** All steps in order of their numbers, of which some may be left out; the number of the last is the schema that this program knows. */
export const migrations: readonly Migration[] = [ledger, datasets, files, views, lineage, imported, contracts, rawDrops, tables, dropUses, cubes, dropContracts];
