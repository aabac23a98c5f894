import { HmsError, tableVersionName } from '../../contract/index.ts';
import type { DatasetId, Description } from '../../contract/index.ts';
import { addAlias, addTag, describeDataset, removeTag, withdrawVersion } from '../../engine/datasets/index.ts';
import { versionOf } from '../../engine/files.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { datasetIdOf, datasetOf, findDataset, numberedVersion, refOf, tagOf, wholeNumber } from '../names.ts';
import { reading, writing } from '../opening.ts';
import { answer } from '../session.ts';
import type { Session } from '../session.ts';
import { fields } from '../table.ts';

/** What is said about datasets and versions: tags, aliases, descriptions, withdrawal. Each is one entry in the ledger. */

export function tag(session: Session, [text, label]: readonly [string, string], { remove = false }: { readonly remove?: boolean }): Promise<void> {
  return writing(session, async (lake) => {
    const version = versionOf(lake, text);
    const name = tagOf(label);
    const has = version.tags.includes(name);
    if (remove && !has && version.tagsComplete) {
      throw new HmsError('TAG_UNKNOWN', `${refOf(version)} does not have the tag "${name}".`, { kept: 'Nothing was changed.', next: `See its tags with: hms dta show ${refOf(version)}` });
    }
    if (!remove && has) {
      await answer(session, { version: refOf(version), tag: name, tags: version.tags, seq: null }, [`${refOf(version)} is tagged ${name} already; nothing was changed.`]);
      return;
    }
    const { seq } = await (remove ? removeTag(lake, version, name) : addTag(lake, version, name));
    const tags = lake.catalog.version(version.dataset, version.version)?.tags ?? [];
    await answer(session, { version: refOf(version), tag: name, tags, seq }, [remove ? `${refOf(version)} is no longer tagged ${name}.` : `${refOf(version)} is now tagged ${name}.`]);
  });
}

export function alias(session: Session, [text, other]: readonly [string, string]): Promise<void> {
  return writing(session, async (lake) => {
    const dataset = datasetOf(lake, text);
    const { seq } = await addAlias(lake, dataset, datasetIdOf(other));
    await answer(session, { dataset, alias: other, seq }, [`${dataset} can now be called ${other} too.`]);
  });
}

/** Shows the description, or changes members of it: each change records the whole description anew. */
export function describe(session: Session, [text]: readonly [string], { set = [] }: { readonly set?: readonly string[] }): Promise<void> {
  return set.length === 0 ? showDescription(session, text) : setDescription(session, text, set);
}

function showDescription(session: Session, text: string): Promise<void> {
  return reading(session, async (lake) => {
    const dataset = datasetOf(lake, text);
    const description = descriptionOf(lake, dataset);
    const isEmpty = Object.keys(description).length === 0;
    const lines = isEmpty ? [`${dataset} has no description. It gets one with: hms dta describe ${dataset} --set title=TEXT`] : fields(Object.entries(description));
    await answer(session, { dataset, description }, lines);
  });
}

function setDescription(session: Session, text: string, set: readonly string[]): Promise<void> {
  return writing(session, async (lake) => {
    const dataset = datasetOf(lake, text);
    const description = changed(descriptionOf(lake, dataset), set);
    const { seq } = await describeDataset(lake, dataset, description);
    await answer(session, { dataset, description, seq }, [`The description of ${dataset} was changed.`, ...fields(Object.entries(description))]);
  });
}

function descriptionOf(lake: ReadableLake, dataset: DatasetId): Description {
  return lake.catalog.dataset(dataset)?.descriptions[0]?.value ?? {};
}

function changed(now: Description, set: readonly string[]): Description {
  const members = new Map(Object.entries(now));
  for (const text of set) {
    const at = text.indexOf('=');
    const [name, words] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
    if (!/^[a-z][A-Za-z]{0,39}$/.test(name)) {
      throw new HmsError('USAGE', `"${text}" does not set a member of a description.`, { kept: 'Nothing was changed.', next: 'Write --set title="Wildfire sensors, July 2024"; names are Dublin Core\'s: title, creator, subject, date, rights.' });
    }
    if (words.length > 10_000) throw new HmsError('USAGE', `The text for "${name}" is longer than 10,000 characters.`, { kept: 'Nothing was changed.', next: 'Put it into a file of the dataset.' });
    if (words === '') members.delete(name);
    else members.set(name, words);
  }
  return Object.fromEntries(members);
}

export function withdraw(session: Session, [text]: readonly [string], { message }: { readonly message: string }): Promise<void> {
  return writing(session, async (lake) => {
    refuseRaw(lake, text);
    const named = numberedVersion(lake, text);
    const version = versionOf(lake, refOf(named));
    if (version.withdrawn !== null) throw new HmsError('ACT_REFUSED', `${refOf(version)} was withdrawn before.`, { kept: 'Nothing was changed.' });
    const { seq } = await withdrawVersion(lake, version, message);
    await answer(session, { version: refOf(version), reason: message, seq }, [`${refOf(version)} is withdrawn. Its files stay, and its number still opens it; "${version.dataset}" no longer means it.`]);
  });
}

/** A raw drop says what somebody sent, and that stays true. */
function refuseRaw(lake: ReadableLake, text: string): void {
  const number = wholeNumber(text);
  const drop = number === null || findDataset(lake, text) !== null ? null : lake.catalog.drop(number);
  if (drop === null) return;
  const tables = lake.catalog.dropUses(drop.id).map(({ table, version }) => tableVersionName(table, version));
  throw new HmsError('ACT_REFUSED', `${text} is a raw drop, and those are not withdrawn: it stays as what was sent.`, {
    kept: tables.length === 0 ? 'Nothing was changed. None of its rows is in a table.' : `Nothing was changed. Its rows are in ${tables.join(' and ')}.`,
    next: `Where it was sent wrongly, have it sent again as it should be: that is a drop of its own. What the ledger says of it (name, sender, program) can be destroyed under an authority: hms dta body destroy ${text}`,
  });
}
