import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Tag } from '../../../src/contract/index.ts';
import { addTag } from '../../../src/engine/datasets/index.ts';
import { initLake } from '../../../src/engine/init.ts';
import { objectFolder } from '../../../src/engine/lake/index.ts';
import { openToRead } from '../../../src/engine/open.ts';
import { requestEnrolment } from '../../../src/engine/stations.ts';
import { Crash, FaultyDisk } from './faulty-disk.ts';
import type { FaultPlace } from './fault-place.ts';
import { DATASET, within } from './scenario.ts';
import { firstCommit, putOnce, secondCommit } from './scenarios.ts';
import { replacingFiles, writeSources } from './sources.ts';

/** Makes the sources and the saved states from which scenarios begin. */
export async function saveTemplates(place: FaultPlace): Promise<void> {
  writeSources(place);
  place.save('nothing');
  const made = await initLake({ ...place.options(), zone: 'America/New_York' });
  await made.lake.close();
  place.save('empty');
  await within(place.options(), place, firstCommit);
  place.save('one version');

  const asking = await openToRead(place.options({ profile: place.secondProfile }));
  await requestEnrolment(asking);
  await asking.close();
  place.save('requested');

  await saveLost(place);

  place.restore('one version');
  await within(place.options(), place, (lake) => putOnce(lake, place, 'second/sensors', replacingFiles));
  place.save('draft');

  await saveOlderCopy(place);
  await saveInterrupted(place);
}

async function saveLost(place: FaultPlace): Promise<void> {
  place.restore('one version');
  let object = '';
  await within(place.options(), place, async (lake) => {
    await secondCommit(lake, place);
    object = objectFolder(lake.paths, 'store', DATASET);
  });
  rmSync(join(object, 'v2'), { recursive: true });
  place.restoreCatalog(null);
  place.save('lost version');
}

/** The profile has seen an entry that this copy of the lake does not have. */
async function saveOlderCopy(place: FaultPlace): Promise<void> {
  const newer = join(place.base, 'newer-profile');
  place.restore('one version');
  await within(place.options(), place, async (lake) => void (await addTag(lake, { dataset: DATASET, version: 1 }, 'newer' as Tag)));
  cpSync(place.profile, newer, { recursive: true });
  place.restore('one version');
  rmSync(place.profile, { recursive: true });
  cpSync(newer, place.profile, { recursive: true });
  place.restoreCatalog(null);
  place.save('older copy');
}

/** A process died between the claim of a first version and putting it in place. */
async function saveInterrupted(place: FaultPlace): Promise<void> {
  place.restore('empty');
  const counting = new FaultyDisk(null);
  await within(place.options({ disk: counting.disk }), place, firstCommit);
  const claim = counting.calls.find((call) => call.primitive === 'rename' && call.path.endsWith('claim'));
  place.restore('empty');
  const dying = new FaultyDisk({ at: claim?.number ?? 0, kind: 'crashAfter' });
  try {
    await within(place.options({ disk: dying.disk }), place, firstCommit);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  await dying.bury();
  place.save('interrupted');
}
