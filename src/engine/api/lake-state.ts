import { basename } from 'node:path';
import { versionName } from '../../contract/index.ts';
import type { LakeState } from '../../contract/api/index.ts';
import { frontierRoot, toBase64 } from '../../core/index.ts';
import type { ReadableLake } from '../access.ts';
import { fingerprintOf } from '../keys/index.ts';
import { sha256 } from '../lake/index.ts';
import type { Doc } from './handler.ts';
import type { LakeDesk } from './lake-desk.ts';
import { problemOf } from './problems.ts';

/** The open lake as screens show it. */
export function lakeState(lake: ReadableLake, desk: LakeDesk): Doc<LakeState> {
  const { id, zone, created, sample } = lake.lake;
  const { size, frontier } = lake.catalog.position();
  const { datasets, versions, files, bytes } = lake.catalog.totals();
  const { station, readOnly } = lake;
  const { placed, lost } = desk.recovery;
  const names = (list: typeof placed): string[] => list.map(({ dataset, version }) => versionName(dataset, version));
  return {
    id,
    name: basename(lake.paths.root),
    folder: lake.paths.root,
    zone,
    created,
    sample,
    readOnly: readOnly === null ? null : problemOf(readOnly),
    away: awayOf(desk),
    enrolment: station === null || readOnly?.code !== 'NOT_ENROLLED' ? null : { id16: station.id.slice(0, 16), fingerprint: fingerprintOf(station.certificate) },
    station: station === null ? null : { id: station.id, name: station.name },
    ledger: { size, root: toBase64(frontierRoot(sha256, frontier)), at: lake.catalog.log({}, 1).entries[0]?.at ?? null, checked: desk.checked, alarms: lake.catalog.alarms() },
    totals: { datasets, versions, files, bytes },
    recovered: { placed: names(placed), lost: names(lost) },
  };
}

function awayOf(desk: LakeDesk): Doc<LakeState['away']> {
  const [away, problem] = [desk.away, desk.awayProblem()];
  return away === null || problem === null ? null : { since: away.since, problem: problemOf(problem) };
}
