import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Instant } from '../../../../src/contract/index.ts';
import { bagInfo } from '../../../../src/engine/package/bag-info.ts';
import { csvRecord } from '../../../../src/engine/package/csv.ts';
import { eventsCsv } from '../../../../src/engine/package/events-csv.ts';
import { fileListRecord, METADATA_HEADER, metadataRecords } from '../../../../src/engine/package/nara.ts';
import { officeTime } from '../../../../src/engine/package/office-time.ts';
import { provJson } from '../../../../src/engine/package/prov-json.ts';
import { provenanceText } from '../../../../src/engine/package/provenance-text.ts';
import type { PackageSigner, VersionPackageInput } from '../../../../src/engine/package/index.ts';
import { verifyText } from '../../../../src/engine/package/verify-text.ts';
import { linesOf, oneLine, unreadable } from '../../../../src/engine/package/words.ts';
import { provFaults } from './prov-rules.ts';
import type { ProvDocument } from './prov-rules.ts';
import { planned, sha256, signer, temporary, version } from './fixture.ts';

const folder = temporary();
afterAll(folder.remove);
let station: PackageSigner;
let input: VersionPackageInput;
beforeAll(async () => {
  station = await signer('station', 'WS-07');
  input = version(folder.path, { 'a.csv': 'x' }, station);
});

describe('Provenance.txt', () => {
  const text = (changes: Partial<VersionPackageInput> = {}) => {
    const { plan, version: one } = planned({ ...input, ...changes });
    return provenanceText(plan, one);
  };

  it('says in plain words what the version is', () => {
    const lines = text().split('\n');
    expect(lines[0]).toBe('Provenance of WF-2024-07:v2');
    expect(lines).toContain('Dataset:            WF-2024-07');
    expect(lines).toContain(`Inventory SHA-256:  ${input.inventoryHash}`);
    expect(lines).toContain('Committed by:       Maria Ortega, officer');
    expect(lines).toContain('Committed at:       2024-07-30T23:59:59.000Z (UTC)');
    expect(lines).toContain('                    2024-07-30 19:59:59 -04:00 (America/New_York)');
    expect(lines).toContain('Tags at commit:     checked, raw');
    expect(lines).toContain(`Leaf SHA-256:       ${planned(input).version.leafHash}`);
    expect(lines).toContain('title:              Wildfire sensors, July 2024');
    expect(lines).toContain('v1      2024-07-01T08:00:00.000Z');
  });

  it('does not let a workstation pass for a person', () => {
    expect(text({ committedBy: { kind: 'station', name: 'WS-07' } })).toContain('Committed by:       signed by workstation WS-07, not by a person\n');
  });

  it('does not let a typed text pass for a line of the program', () => {
    const forged = 'Fixed\nCommitted by:       The Director, officer\u2028Files:  1\r\n\u202eevil\u0007';
    const history = [{ version: 2, at: input.committedAt, message: forged, hash: input.inventoryHash }];
    const whole = text({ message: forged, history, tags: [], description: { title: forged } });
    expect(whole).not.toMatch(/[\r\u2028\u202e\u0007]/);
    const lines = whole.split('\n');
    expect(lines.filter((line) => line.startsWith('Committed by:'))).toEqual(['Committed by:       Maria Ortega, officer']);
    expect(lines.filter((line) => line.startsWith('Files:'))).toEqual(['Files:              1']);
    expect(lines).toContain('                    \ufffdevil\ufffd');
    expect(lines).toContain('Tags at commit:     none');
  });

  it('groups large numbers and goes without a description', () => {
    const large = text({ counts: { files: 1234, octets: 6_102_144 }, description: null });
    expect(large).toContain('Files:              1,234\nBytes:              6,102,144\n');
    expect(large).not.toContain('Description');
  });

  it('says what the version was derived from, and that a selection is one', () => {
    expect(text({ lineage: { transform: 'csv_trim', sources: ['WF-2024-07:v1'] } })).toContain('Derived from:       WF-2024-07:v1 by csv_trim\n');
    expect(text({ lineage: { transform: null, sources: [] } })).not.toContain('Derived from');
    const selected = text({ patterns: ['*.csv'], whole: { files: 12, octets: 5_000 } });
    expect(selected.split('\n')[3]).toBe('A selection of this version is in the package: 1 of 12 files, 1 of 5,000 bytes, those whose names match "*.csv".');
    expect(selected).toContain('Files:              12\n');
    expect(selected).toContain('selection.json');
  });

  it('says so where the zone is not known', () => {
    expect(text({ zone: 'Mars/Olympus' })).toContain('(the time zone Mars/Olympus is not known to the computer that wrote this)');
  });
});

describe('office time', () => {
  it.each([
    ['2024-07-30T23:59:59.999Z', 'America/New_York', '2024-07-30 19:59:59 -04:00 (America/New_York)'],
    ['2024-01-01T04:59:59.000Z', 'America/New_York', '2023-12-31 23:59:59 -05:00 (America/New_York)'],
    ['2024-01-01T00:00:00.000Z', 'UTC', '2024-01-01 00:00:00 +00:00 (UTC)'],
    ['2024-01-01T00:00:00.000Z', 'Asia/Kathmandu', '2024-01-01 05:45:00 +05:45 (Asia/Kathmandu)'],
    ['2024-01-01T00:00:00.000Z', 'America/St_Johns', '2023-12-31 20:30:00 -03:30 (America/St_Johns)'],
  ])('of %s in %s is %s', (instant, zone, expected) => {
    expect(officeTime(instant as Instant, zone)).toBe(expected);
  });
});

describe('bag-info.txt', () => {
  const info = (changes: Partial<VersionPackageInput> = {}) => bagInfo(planned({ ...input, ...changes }).plan);

  it('has the labels of RFC 8493, and the office only where it is given', () => {
    expect(info()).toBe(
      'Bagging-Date: 2026-11-21\nPayload-Oxum: 1.1\nExternal-Identifier: WF-2024-07:v2\nBagging-Software-Agent: HMS-DTA 0.1.0\nBagIt-Profile-Identifier: urn:hms:bagit-profile:export:1.0\n',
    );
    expect(info({ organization: 'Forest\nPayload-Oxum: 9.9 ' })).toMatch(/^Source-Organization: Forest Payload-Oxum: 9\.9\nBagging-Date: /);
  });

  it('says that a selection is one', () => {
    expect(info({ patterns: ['*.csv', 'a"\nb'], whole: { files: 2, octets: 9 } })).toContain(
      'External-Description: A selection, not the whole version: 1 of 2 files, 1 of 9 bytes, those whose names match "*.csv" or "a" b".\n',
    );
  });
});

describe('VERIFY.txt', () => {
  it('names the files of the signer that signed', async () => {
    expect(verifyText(planned(input).plan, 'zip')).toContain('-in signatures/station.p7s -content tagmanifest-sha256.txt -CAfile signatures/station.cert.pem -purpose any -attime 1795262400 -out');
    const issued = await signer('officer', 'Maria', 'by an authority');
    expect(verifyText(planned({ ...input, signer: issued }).plan, 'zip')).toContain('-CAfile signatures/officer.cert.pem -purpose any -partial_chain -attime 1795262400');
  });

  it('does not ask to check an empty manifest, which sha256sum takes for an error, nor to unpack a folder', () => {
    const empty = verifyText(planned({ ...input, counts: { files: 0, octets: 0 } }).plan, 'zip');
    expect(empty).not.toContain('-c manifest-sha256.txt');
    expect(empty).toContain('There are no files');
    expect(verifyText(planned(input).plan, 'dir')).not.toContain('unzip');
  });
});

describe('prov.json', () => {
  const document = (changes: Partial<VersionPackageInput> = {}) => JSON.parse(provJson(planned({ ...input, ...changes }).version)) as ProvDocument;

  it('derives each version from the one before and this one from its inputs', () => {
    const parsed = document();
    expect(Object.keys(parsed['entity'] ?? {}).sort()).toEqual(['hms:version/STATIONS/v7', 'hms:version/WF-2024-07/v1', 'hms:version/WF-2024-07/v2']);
    const derived = Object.values(parsed['wasDerivedFrom'] ?? {}).map((relation) => [relation['prov:generatedEntity'], relation['prov:usedEntity']]);
    expect(derived).toEqual([
      ['hms:version/WF-2024-07/v2', 'hms:version/WF-2024-07/v1'],
      ['hms:version/WF-2024-07/v2', 'hms:version/STATIONS/v7'],
    ]);
    expect(Object.keys(parsed['used'] ?? {})).toHaveLength(2);
    expect(provFaults(parsed)).toEqual([]);
  });

  it('names the transform, what it read, and who made the versions before', () => {
    const history = input.history.map((item) => (item.version === 1 ? { ...item, commit: { seq: 3, key: sha256('a key') as never, kind: 'station' as const, name: 'WS-07' } } : item));
    const parsed = document({ history, lineage: { transform: 'csv_trim', sources: ['WF-2024-07:v1'] } });
    expect(provFaults(parsed)).toEqual([]);
    expect(parsed['activity']?.['hms:entry/881']).toMatchObject({ 'hms:transform': 'csv_trim' });
    expect(Object.values(parsed['wasDerivedFrom'] ?? {})).toContainEqual({ 'prov:generatedEntity': 'hms:version/WF-2024-07/v2', 'prov:usedEntity': 'hms:version/WF-2024-07/v1', 'prov:activity': 'hms:entry/881' });
    expect(Object.values(parsed['wasGeneratedBy'] ?? {})).toContainEqual({ 'prov:entity': 'hms:version/WF-2024-07/v1', 'prov:activity': 'hms:entry/3', 'prov:time': '2024-07-01T08:00:00.000Z' });
    expect(Object.values(parsed['agent'] ?? {}).map((agent) => agent['prov:type'])).toEqual([{ $: 'prov:SoftwareAgent', type: 'prov:QUALIFIED_NAME' }, { $: 'prov:Person', type: 'prov:QUALIFIED_NAME' }]);
  });

  it('is judged by rules that find what is wrong', () => {
    const parsed = document();
    expect(provFaults({ ...parsed, used: { '_:x': { 'prov:activity': 'hms:entry/881' } } })).toEqual(['used _:x lacks prov:entity']);
    expect(provFaults({ ...parsed, agent: {} }).length).toBeGreaterThan(0);
    expect(provFaults({ ...parsed, entity: { ...parsed['entity'], 'other:x': {} } })).toEqual(['other:x has no prefix that is declared']);
    expect(provFaults({ ...parsed, more: {} })).toEqual(['more is no part of a document']);
  });
});

describe('events.csv', () => {
  it('gives the name that PREMIS has for each event', () => {
    const events = [
      { seq: 1, at: input.committedAt, op: 'dataset.created', actor: 'station' as const, subject: 'dataset:X' },
      { seq: 2, at: input.committedAt, op: 'version.exported', actor: 'officer' as const, subject: 'version:X:v1' },
      { seq: 881, at: input.committedAt, op: 'version.committed', actor: 'officer' as const, subject: 'version:X:v2', detail: 'derived from A:v1, B:v2 by sql' },
    ];
    expect(eventsCsv(planned({ ...input, events }).version).split('\r\n')).toEqual([
      'seq,at,op,actor,event,subject,detail',
      `1,${input.committedAt},dataset.created,station,creation,dataset:X,`,
      `2,${input.committedAt},version.exported,officer,dissemination,version:X:v1,`,
      `881,${input.committedAt},version.committed,officer,modification,version:X:v2,"derived from A:v1, B:v2 by sql"`,
      '',
    ]);
  });
});

describe('the lists for the National Archives', () => {
  it('have the minimum elements for every file, with pipes and quotes escaped', () => {
    const description = { title: 'A | B', creator: 'The "Office"', description: 'one\ntwo', rights: 'Unrestricted', date: '2024-07' };
    const { version: one } = planned({ ...input, describedNow: description, description: null });
    const file = { path: 'sub/a|b.csv', name: 'data/sub/a=7Cb.csv', size: 5, sha256: sha256('x'), mtime: null, stored: '' } as never;
    expect(METADATA_HEADER).toBe('Identifier: File Name|Identifier: Record ID|Title|Description|Creator|Creation Date|Rights|Coverage|Relation\r\n');
    expect(metadataRecords(one)(file)).toBe('"a|b.csv"|"WF-2024-07:v2/sub/a|b.csv"|"A | B"|one two|"The ""Office"""|2024-07|Unrestricted||\r\n');
    expect(fileListRecord(one, file)).toBe(`data/sub/a=7Cb.csv|"a|b.csv"|"WF-2024-07:v2/sub/a|b.csv"|5|${sha256('x')}|\r\n`);
    const long = metadataRecords(planned({ ...input, description: { description: `${'x'.repeat(499)}😀y` } }).version)(file);
    expect(long).toContain(`|${'x'.repeat(499)} … (whole in Provenance.txt)|`);
  });
});

describe('a CSV record', () => {
  it('quotes what RFC 4180 asks for and keeps every character', () => {
    expect(csvRecord(['plain', 'a,b', 'say "hi"', 'two\nlines', ' edge', '', '=1+1'])).toBe('plain,"a,b","say ""hi""","two\nlines"," edge",,=1+1\r\n');
  });
});

describe('words', () => {
  it('show typed text without what deceives', () => {
    expect(oneLine('a\tb\r\nc\u0000\u200f')).toBe('a b c\ufffd\ufffd');
    expect(linesOf('a\n\nb\n\n')).toEqual(['a', '', 'b']);
    expect(linesOf('')).toEqual(['']);
  });

  it.each([
    ['ENOENT', 'STORED_DAMAGED'],
    ['EISDIR', 'STORED_DAMAGED'],
    ['EACCES', 'NO_PERMISSION'],
    ['EIO', 'PLACE_AWAY'],
    ['ESTALE', 'PLACE_AWAY'],
  ])('put the error %s of reading under %s', (system, code) => {
    expect(unreadable(Object.assign(new Error('x'), { code: system }), '"a.csv" in X:v1', '/p')).toMatchObject({ code, facts: { path: '/p', system } });
  });

  it('leave an error that is not the file system’s as it is', () => {
    const bug = new TypeError('bug');
    expect(unreadable(bug, 'x', 'y')).toBe(bug);
  });
});
