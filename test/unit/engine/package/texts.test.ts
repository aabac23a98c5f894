import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Instant } from '../../../../src/contract/index.ts';
import { bagInfo } from '../../../../src/engine/package/bag-info.ts';
import { csvRecord } from '../../../../src/engine/package/csv.ts';
import { officeTime } from '../../../../src/engine/package/office-time.ts';
import { provJson } from '../../../../src/engine/package/prov-json.ts';
import { provenanceText } from '../../../../src/engine/package/provenance-text.ts';
import type { PackageSigner, VersionPackageInput } from '../../../../src/engine/package/index.ts';
import { verifyText } from '../../../../src/engine/package/verify-text.ts';
import { linesOf, oneLine, unreadable } from '../../../../src/engine/package/words.ts';
import { entry, signer, temporary, version } from './fixture.ts';

const folder = temporary();
afterAll(folder.remove);
let station: PackageSigner;
let input: VersionPackageInput;
beforeAll(async () => {
  station = await signer('station', 'WS-07');
  input = version(folder.path, { 'a.csv': 'x' }, station);
});

describe('Provenance.txt', () => {
  const text = (changes: Partial<VersionPackageInput> = {}) => provenanceText({ ...input, ...changes }, (changes.history ?? input.history), 'f'.repeat(64));

  it('says in plain words what the version is', () => {
    const lines = text().split('\n');
    expect(lines[0]).toBe('Provenance of WF-2024-07:v2');
    expect(lines).toContain('Dataset:            WF-2024-07');
    expect(lines).toContain(`Inventory SHA-256:  ${input.inventoryHash}`);
    expect(lines).toContain('Committed by:       Maria Ortega, officer');
    expect(lines).toContain('Committed at:       2024-07-30T23:59:59.000Z (UTC)');
    expect(lines).toContain('                    2024-07-30 19:59:59 -04:00 (America/New_York)');
    expect(lines).toContain('Tags at commit:     checked, raw');
    expect(lines).toContain(`Leaf SHA-256:       ${'f'.repeat(64)}`);
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
  it('has the labels of RFC 8493, and the office only where it is given', () => {
    expect(bagInfo(input)).toBe('Bagging-Date: 2026-11-21\nPayload-Oxum: 1.1\nExternal-Identifier: WF-2024-07:v2\nBagging-Software-Agent: HMS-DTA 0.1.0\n');
    expect(bagInfo({ ...input, organization: 'Forest\nPayload-Oxum: 9.9 ' })).toMatch(/^Source-Organization: Forest Payload-Oxum: 9\.9\nBagging-Date: /);
  });
});

describe('VERIFY.txt', () => {
  it('names the files of the signer that signed', async () => {
    expect(verifyText(input, 'WF-2024-07-v2', 'leaf')).toContain('-in signatures/station.p7s -content tagmanifest-sha256.txt -CAfile signatures/station.cert.pem -purpose any -attime 1795262400 -out');
    const issued = await signer('officer', 'Maria', 'by an authority');
    expect(verifyText({ ...input, signer: issued }, 'WF-2024-07-v2', 'leaf')).toContain('-CAfile signatures/officer.cert.pem -purpose any -partial_chain -attime 1795262400');
  });

  it('does not ask to check an empty manifest, which sha256sum takes for an error', () => {
    const empty = verifyText({ ...input, counts: { files: 0, octets: 0 } }, 'WF-2024-07-v2', 'leaf');
    expect(empty).not.toContain('-c manifest-sha256.txt');
    expect(empty).toContain('This version has no files');
  });
});

describe('prov.json', () => {
  it('derives each version from the one before and this one from its inputs', () => {
    const parsed = JSON.parse(provJson(input, entry(input.inventoryHash), input.history, 'leaf')) as Record<string, Record<string, Record<string, unknown>>>;
    expect(Object.keys(parsed['entity'] ?? {}).sort()).toEqual(['hms:version/STATIONS/v7', 'hms:version/WF-2024-07/v1', 'hms:version/WF-2024-07/v2']);
    const derived = Object.values(parsed['wasDerivedFrom'] ?? {}).map((relation) => [relation['prov:generatedEntity'], relation['prov:usedEntity']]);
    expect(derived).toEqual([
      ['hms:version/WF-2024-07/v2', 'hms:version/WF-2024-07/v1'],
      ['hms:version/WF-2024-07/v2', 'hms:version/STATIONS/v7'],
    ]);
    expect(Object.keys(parsed['used'] ?? {})).toHaveLength(2);
    for (const relation of Object.values(parsed['wasGeneratedBy'] ?? {})) expect(parsed['activity']).toHaveProperty([String(relation['prov:activity'])]);
    for (const relation of Object.values(parsed['wasAssociatedWith'] ?? {})) expect(parsed['agent']).toHaveProperty([String(relation['prov:agent'])]);
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
