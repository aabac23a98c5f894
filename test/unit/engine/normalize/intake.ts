import type { DropId, ProgramId } from '../../../../src/contract/index.ts';
import { publishContract } from '../../../../src/engine/contracting.ts';
import { DropStates } from '../../../../src/engine/drop-states.ts';
import type { DropState } from '../../../../src/engine/drop-states.ts';
import { normalizeWaiting } from '../../../../src/engine/normalizing.ts';
import type { Normalized, NormalizeOptions } from '../../../../src/engine/normalizing.ts';
import type { ReadableLake, WritableLake } from '../../../../src/engine/open.ts';
import { Receiving } from '../../../../src/engine/receiving.ts';
import { signal } from '../tables/warehouse.ts';

/** Drops and contracts in a line, for tests of normalizing. */

export interface ContractText {
  readonly name?: string;
  readonly version?: string;
  readonly patterns?: readonly string[];
  readonly format?: string;
  readonly columns?: readonly string[];
  readonly quality?: string;
}

export const seatbelt = [
  '{name: model, physicalName: car_model, logicalType: string, required: true}',
  '{name: fail, physicalName: sensor_fail, logicalType: integer, required: true}',
  '{name: tested_at, physicalName: test_time, logicalType: timestamp, required: true, partitioned: true}',
  '{name: ssn, logicalType: string, customProperties: [{property: pii, value: {kind: ssn, mask: hash}}]}',
];

export function contractText({ name = 'car_sensor_tests', version = '1.0.0', patterns = ['seatbelt_*.csv'], format = 'csv', columns = seatbelt, quality = '' }: ContractText = {}): string {
  return `apiVersion: v3.1.0
kind: DataContract
id: ${name}
name: ${name}
version: "${version}"
status: active
schema:
  - name: ${name}
    customProperties:
      - {property: source, value: {patterns: ${JSON.stringify(patterns)}, format: ${format}}}
${quality}    properties:
${columns.map((column) => `      - ${column}\n`).join('')}`;
}

export async function publish(lake: WritableLake, text: ContractText = {}): Promise<void> {
  await publishContract(lake, Buffer.from(contractText(text)), { major: false, signal });
}

/** Puts files in as drops of program 12; answers their numbers in the order given. */
export async function put(lake: WritableLake, files: Readonly<Record<string, string | Uint8Array>>, contract: string | null = null, program = 12): Promise<number[]> {
  const receiving = await Receiving.begin(lake);
  try {
    const numbers: number[] = [];
    for (const [name, content] of Object.entries(files)) numbers.push((await receiving.enter({ program: program as ProgramId, sender: 'test', contract }, await receiving.stage(name, of(content)))).rawId);
    return numbers;
  } finally {
    await receiving.close();
  }
}

async function* of(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(content as string));
}

export function work(lake: WritableLake, options: Partial<NormalizeOptions> = {}): Promise<Normalized> {
  return normalizeWaiting(lake, { signal, onProgress: () => undefined, ...options });
}

export function stateOf(lake: ReadableLake, raw: number): DropState {
  const drop = lake.catalog.drop(raw);
  if (drop === null) throw new Error(`There is no drop ${raw}.`);
  return new DropStates().of(lake, drop);
}

export function idOf(lake: WritableLake, raw: number): DropId {
  return lake.catalog.drop(raw)?.id as DropId;
}

/** Rows as a test rig sends them, each with an SSN of its own. */
export function rig(rows: number, { from = 0, day = '2024-07-31' }: { readonly from?: number; readonly day?: string } = {}): string {
  const lines = Array.from({ length: rows }, (_, i) => `Model-${(from + i) % 2 === 0 ? 'Z' : 'A'},${(from + i) % 3 === 0 ? 1 : 0},${day}T10:00:00Z,${String(219_090_000 + from + i)}`);
  return `car_model,sensor_fail,test_time,ssn\n${lines.join('\n')}\n`;
}
