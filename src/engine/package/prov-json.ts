import type { HistoryItem, SignerKind } from './types.ts';
import type { PlannedVersion } from './plan.ts';

/** W3C PROV-JSON: which version came from what, by which act, by whom, when. docs/formats/export.md section 5.1. */

type Typed = { readonly $: string; readonly type: string };
type Attributes = Record<string, string | number | Typed | readonly (string | Typed)[]>;
type Records = Record<string, Attributes>;

/** The document of one version and the versions before it. The same input gives the same text. */
export function provJson(version: PlannedVersion): string {
  const { content, entry, history } = version;
  const thisVersion = versionId(content.dataset, content.version);
  const sources = entry.inputs.flatMap((input) => ('ref' in input ? [{ id: `hms:${input.ref.replaceAll(':', '/')}`, sha256: input.sha256 }] : []));
  const steps = stepsOf(version);

  const entity: Records = {};
  for (const source of sources) entity[source.id] = { 'prov:type': qualified('hms:Source'), 'hms:sha256': source.sha256 };
  for (const item of history) entity[versionId(content.dataset, item.version)] = versionEntity(version, item);

  const document = {
    prefix: { hms: 'urn:hms:', prov: 'http://www.w3.org/ns/prov#', xsd: 'http://www.w3.org/2001/XMLSchema#' },
    entity,
    activity: Object.fromEntries(steps.map((step) => [step.activity, activityOf(version, step)])),
    agent: Object.fromEntries(steps.map(({ agent, kind, name }) => [agent, { 'prov:type': qualified(kind === 'officer' ? 'prov:Person' : 'prov:SoftwareAgent'), 'prov:label': name }])),
    wasGeneratedBy: numbered('generated', steps.map(({ entity: id, activity, at }) => ({ 'prov:entity': id, 'prov:activity': activity, 'prov:time': at }))),
    wasAssociatedWith: numbered('associated', steps.map(({ activity, agent }) => ({ 'prov:activity': activity, 'prov:agent': agent }))),
    wasAttributedTo: numbered('attributed', steps.map(({ entity: id, agent }) => ({ 'prov:entity': id, 'prov:agent': agent }))),
    used: numbered('used', sources.map(({ id }) => ({ 'prov:activity': commitOf(version), 'prov:entity': id }))),
    wasDerivedFrom: { ...revisions(version), ...derivations(version, thisVersion, sources.map(({ id }) => id)) },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The act that made one version. */
interface Step {
  readonly entity: string;
  readonly activity: string;
  readonly agent: string;
  readonly kind: SignerKind;
  readonly name: string;
  readonly at: string;
  readonly isThis: boolean;
}

/** The commits of the versions, as far as they are known; the last is always. */
function stepsOf(version: PlannedVersion): Step[] {
  const { content, entry, history } = version;
  return history.flatMap((item): Step[] => {
    const isThis = item.version === content.version;
    const common = { entity: versionId(content.dataset, item.version), at: item.at, isThis };
    if (isThis) return [{ ...common, activity: commitOf(version), agent: `hms:key/${entry.actor}`, at: content.committedAt, ...content.committedBy }];
    if (item.commit === undefined) return [];
    return [{ ...common, activity: `hms:entry/${item.commit.seq}`, agent: `hms:key/${item.commit.key}`, kind: item.commit.kind, name: item.commit.name }];
  });
}

function activityOf({ content, entry, leafHash }: PlannedVersion, { at, isThis }: Step): Attributes {
  const times = { 'prov:startTime': at, 'prov:endTime': at };
  const ledger = { 'hms:ledger': { $: `urn:uuid:${entry.lake}`, type: 'xsd:anyURI' } };
  if (!isThis) return { ...times, 'prov:type': qualified('hms:Commit'), ...ledger };
  const transform = content.lineage?.transform ?? null;
  return {
    ...times,
    'prov:type': transform === null ? qualified('hms:Commit') : [qualified('hms:Commit'), qualified('hms:Transform')],
    ...ledger,
    'hms:leafSha256': leafHash,
    ...(transform === null ? {} : { 'hms:transform': transform }),
    ...(content.lineage?.engine === undefined ? {} : { 'hms:engine': content.lineage.engine }),
  };
}

function versionEntity({ content }: PlannedVersion, item: HistoryItem): Attributes {
  const size = content.whole ?? content.counts;
  return {
    'prov:type': qualified('hms:Version'),
    'prov:label': `${content.dataset}:v${item.version}`,
    'hms:inventorySha256': item.hash,
    'hms:committedAt': { $: item.at, type: 'xsd:dateTime' },
    'hms:message': item.message,
    ...(item.version === content.version ? { 'hms:files': size.files, 'hms:octets': size.octets } : {}),
  };
}

/** Each version but the first is a revision of the one before. */
function revisions({ content, history }: PlannedVersion): Records {
  const pairs = history.slice(1).flatMap((item, i) => {
    const before = history[i];
    return before === undefined ? [] : [{ item, before }];
  });
  return numbered(
    'derived',
    pairs.map(({ item, before }) => ({
      'prov:generatedEntity': versionId(content.dataset, item.version),
      'prov:usedEntity': versionId(content.dataset, before.version),
      'prov:type': qualified('prov:Revision'),
    })),
  );
}

/** What this version was made from besides; with a transform, what that read, even where it is the version before. */
function derivations(version: PlannedVersion, thisVersion: string, sources: readonly string[]): Records {
  const { content, history } = version;
  const read = new Set((content.lineage?.sources ?? []).map((ref) => `hms:version/${ref.replace(':', '/')}`));
  const others = sources.filter((id) => read.has(id) || !history.some((item) => versionId(content.dataset, item.version) === id));
  return numbered('source', others.map((id) => ({ 'prov:generatedEntity': thisVersion, 'prov:usedEntity': id, 'prov:activity': commitOf(version) })));
}

function commitOf({ content }: PlannedVersion): string {
  return `hms:entry/${content.entry.seq}`;
}

function versionId(dataset: string, version: number): string {
  return `hms:version/${dataset}/v${version}`;
}

/** Relations have ids that mean nothing outside the document. */
function numbered(name: string, records: readonly Attributes[]): Records {
  return Object.fromEntries(records.map((record, i) => [`_:${name}${i + 1}`, record]));
}

function qualified(name: string): Typed {
  return { $: name, type: 'prov:QUALIFIED_NAME' };
}
