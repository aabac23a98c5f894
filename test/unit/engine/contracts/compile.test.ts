import { existsSync, readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, it } from 'vitest';
import { compareContracts, compileContract } from '../../../../src/engine/contracts/index.ts';

const head = 'apiVersion: v3.1.0\nkind: DataContract\nid: t\nname: t\nversion: "1.0.0"\nstatus: draft\nschema:\n  - name: t\n    customProperties:\n      - {property: source, value: {patterns: ["*.csv"], format: csv}}\n    properties:\n';
const compiled = (text: string) => compileContract(Buffer.from(text));
const faults = (text: string) => {
  const result = compiled(text);
  return result.ok ? [] : result.faults.map(({ line, column, path, message }) => ({ line, column, path, message }));
};
const plan = (columns: string) => {
  const result = compiled(head + columns);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.compiled.plan;
};

describe('a contract', () => {
  it('is compiled: headers, types, masks', () => {
    const { columns } = plan('      - {name: model, physicalName: car_model, logicalType: string, required: true}\n      - {name: ssn, logicalType: string, customProperties: [{property: pii, value: {kind: ssn, mask: hash}}]}\n');
    expect(columns.map(({ name, headers, required, pii }) => [name, headers, required, pii])).toEqual([
      ['model', ['car_model'], true, null],
      ['ssn', ['ssn'], false, { kind: 'ssn', mask: { how: 'hash' } }],
    ]);
  });

  it('tells line and column of what is wrong', () => {
    expect(faults(`${head}      - {name: a, logicalType: text}\n`)).toMatchObject([{ line: 12, path: 'schema[0].properties[0].logicalType' }]);
    expect(faults('a: 1\na: 2\n')).toEqual([{ line: 2, column: 1, path: '', message: 'This name stands here twice.' }]);
  });

  it('has no aliases, tags, bytes that are no UTF-8, and is not nested without end', () => {
    expect(faults('a: &x [1]\nb: [*x, *x]\n').length).toBeGreaterThan(0);
    expect(faults('[ '.repeat(100_000))).toMatchObject([{ message: 'The text is nested more than 64 levels deep.' }]);
    expect(compileContract(Uint8Array.from([0xff, 0xfe, 0x41])).ok).toBe(false);
    expect(compileContract(Buffer.alloc(600_000, 0x23)).ok).toBe(false);
  });

  it('cannot have a name that Windows reserves, or that leaves its folder', () => {
    for (const name of ['con', 'nul', '"../x"', 'T']) expect(faults(`${head.replaceAll(/name: t\n/g, `name: ${name}\n`)}      - {name: a, logicalType: string}\n`)).toContainEqual(expect.objectContaining({ path: 'name' }));
  });

  it('says which change breaks', () => {
    const before = plan('      - {name: a, logicalType: string}\n      - {name: b, logicalType: integer}\n');
    const after = plan('      - {name: a, logicalType: string, required: true}\n      - {name: c, logicalType: string}\n');
    expect(compareContracts(before, after).map(({ column, breaks }) => [column, breaks !== null])).toEqual([
      ['b', true],
      ['a', true],
      ['c', false],
    ]);
  });

  const schema = new URL('../../../../../shared/schemas/odcs-json-schema-v3.1.0.json', import.meta.url);
  it('is valid under the published schema', (ctx) => {
    ctx.skip(!existsSync(schema), 'the published schema is not beside the project (../shared/schemas)');
    const result = compiled(`${head}      - {name: a, logicalType: number, physicalType: "DECIMAL(18,2)", quality: [{metric: nullValues, mustBe: 0}]}\n`);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
    expect([validate(result.compiled.contract), validate.errors]).toEqual([true, null]);
  });
});
