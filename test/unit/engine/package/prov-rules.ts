/** The rules of PROV-JSON (W3C member submission of 24 April 2013) and of PROV-DM for the records that packages have, to judge a document by. */

export type ProvDocument = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined>>;

const elements = ['entity', 'activity', 'agent'] as const;
/** Relation → its required and its optional members, each with the kind of element that it names; null for an instant. */
const relations: Readonly<Record<string, { readonly needs: Readonly<Record<string, string>>; readonly may: Readonly<Record<string, string | null>> }>> = {
  wasGeneratedBy: { needs: { 'prov:entity': 'entity' }, may: { 'prov:activity': 'activity', 'prov:time': null } },
  used: { needs: { 'prov:activity': 'activity', 'prov:entity': 'entity' }, may: { 'prov:time': null } },
  wasAssociatedWith: { needs: { 'prov:activity': 'activity' }, may: { 'prov:agent': 'agent', 'prov:plan': 'entity' } },
  wasAttributedTo: { needs: { 'prov:entity': 'entity', 'prov:agent': 'agent' }, may: {} },
  wasDerivedFrom: { needs: { 'prov:generatedEntity': 'entity', 'prov:usedEntity': 'entity' }, may: { 'prov:activity': 'activity', 'prov:generation': 'wasGeneratedBy', 'prov:usage': 'used' } },
};
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** What is wrong, a sentence each. */
export function provFaults(document: ProvDocument): string[] {
  const faults: string[] = [];
  const prefixes = new Set(['prov', 'xsd', ...Object.keys(document['prefix'] ?? {})]);
  const isName = (name: string): boolean => name.startsWith('_:') || (/^[A-Za-z_][\w.-]*:[^\s]+$/.test(name) && prefixes.has(name.slice(0, name.indexOf(':'))));
  for (const part of Object.keys(document)) {
    if (part !== 'prefix' && !elements.some((element) => element === part) && relations[part] === undefined) faults.push(`${part} is no part of a document`);
  }
  for (const element of elements) {
    for (const [id, attributes] of Object.entries(document[element] ?? {})) {
      if (!isName(id)) faults.push(`${id} has no prefix that is declared`);
      attributeFaults(id, attributes, isName, faults);
      for (const time of ['prov:startTime', 'prov:endTime']) {
        const value = attributes[time];
        if (value !== undefined && (element !== 'activity' || typeof value !== 'string' || !instant.test(value))) faults.push(`${id} has a wrong ${time}`);
      }
    }
  }
  for (const [name, { needs, may }] of Object.entries(relations)) {
    for (const [id, relation] of Object.entries(document[name] ?? {})) {
      for (const member of Object.keys(needs)) if (relation[member] === undefined) faults.push(`${name} ${id} lacks ${member}`);
      for (const [member, kind] of Object.entries({ ...needs, ...may })) {
        const value = relation[member];
        if (value === undefined) continue;
        if (kind === null ? typeof value !== 'string' || !instant.test(value) : typeof value !== 'string' || document[kind]?.[value] === undefined) faults.push(`${name} ${id} names by ${member} what is not there`);
      }
      attributeFaults(id, Object.fromEntries(Object.entries(relation).filter(([member]) => needs[member] === undefined && may[member] === undefined)), isName, faults);
    }
  }
  return faults;
}

function attributeFaults(id: string, attributes: Readonly<Record<string, unknown>>, isName: (name: string) => boolean, faults: string[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (!isName(name)) faults.push(`${id} has the attribute ${name}, whose prefix is not declared`);
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) if (!isLiteral(one, isName)) faults.push(`${id} has a value of ${name} that is no literal`);
  }
}

function isLiteral(value: unknown, isName: (name: string) => boolean): boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return true;
  if (typeof value !== 'object' || value === null || !('$' in value) || typeof value.$ !== 'string') return false;
  const type = 'type' in value ? value.type : null;
  if (typeof type !== 'string' || !isName(type)) return 'lang' in value;
  return type === 'prov:QUALIFIED_NAME' ? isName(value.$) : true;
}
