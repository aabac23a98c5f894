import type { Entry } from '../../contract/index.ts';
import type { HistoryItem, VersionPackageInput } from './types.ts';

/** W3C PROV-JSON: which version came from what, by whom, when. docs/formats/export.md section 5.1. */

type Attributes = Record<string, string | number | { readonly $: string; readonly type: string }>;
type Records = Record<string, Attributes>;

/** The document of this version and the versions before it. `history` ends with this version. The same input gives the same text. */
export function provJson(input: VersionPackageInput, entry: Entry, history: readonly HistoryItem[], leafHash: string): string {
  const versionId = (version: number) => `hms:version/${input.dataset}/v${version}`;
  const thisVersion = versionId(input.version);
  const commit = `hms:entry/${input.entry.seq}`;
  const agent = `hms:key/${entry.actor}`;
  const sources = entry.inputs.flatMap((input) => ('ref' in input ? [{ id: `hms:${input.ref.replaceAll(':', '/')}`, sha256: input.sha256 }] : []));

  const entity: Records = {};
  for (const source of sources) entity[source.id] = { 'hms:sha256': source.sha256 };
  for (const item of history) {
    entity[versionId(item.version)] = {
      'prov:type': qualified('hms:Version'),
      'prov:label': `${input.dataset}:v${item.version}`,
      'hms:inventorySha256': item.hash,
      'hms:committedAt': dateTime(item.at),
      'hms:message': item.message,
    };
  }

  const derived: Records = {};
  history.slice(1).forEach((item, i) => {
    const before = history[i];
    if (before === undefined) return;
    derived[`_:derived${i + 1}`] = {
      'prov:generatedEntity': versionId(item.version),
      'prov:usedEntity': versionId(before.version),
      'prov:type': qualified('prov:Revision'),
    };
  });
  const others = sources.filter(({ id }) => !history.some(({ version }) => versionId(version) === id));
  others.forEach(({ id }, i) => {
    derived[`_:source${i + 1}`] = { 'prov:generatedEntity': thisVersion, 'prov:usedEntity': id, 'prov:activity': commit };
  });

  const document = {
    prefix: { hms: 'urn:hms:' },
    entity,
    activity: {
      [commit]: {
        'prov:startTime': input.committedAt,
        'prov:endTime': input.committedAt,
        'prov:type': qualified('hms:Commit'),
        'hms:ledger': `urn:uuid:${entry.lake}`,
        'hms:leafSha256': leafHash,
      },
    },
    agent: {
      [agent]: { 'prov:type': qualified(input.committedBy.kind === 'officer' ? 'prov:Person' : 'prov:SoftwareAgent'), 'prov:label': input.committedBy.name },
    },
    wasGeneratedBy: { '_:generated': { 'prov:entity': thisVersion, 'prov:activity': commit, 'prov:time': input.committedAt } },
    wasAssociatedWith: { '_:associated': { 'prov:activity': commit, 'prov:agent': agent } },
    used: Object.fromEntries(sources.map(({ id }, i) => [`_:used${i + 1}`, { 'prov:activity': commit, 'prov:entity': id }])),
    wasDerivedFrom: derived,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function qualified(name: string): { $: string; type: string } {
  return { $: name, type: 'prov:QUALIFIED_NAME' };
}

function dateTime(instant: string): { $: string; type: string } {
  return { $: instant, type: 'xsd:dateTime' };
}
