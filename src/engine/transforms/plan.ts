import { HmsError } from '../../contract/index.ts';
import { checkReading } from './dialect.ts';
import { planJsonToCsv, planRedact, planTrim } from './file-plans.ts';
import { NOTHING_LEFT } from './file-thread.ts';
import { planFilter } from './filter-plan.ts';
import { FileRefusal } from './refusal.ts';
import { planCsvToParquet, planSql } from './sql-plans.ts';
import type { TransformName, TransformSpec } from './types.ts';
import type { Plan, World } from './world.ts';

/** What is to be made of the sources, or why it cannot be. Nothing is made yet. */
export async function planTransform(spec: TransformSpec, world: World): Promise<Plan> {
  try {
    if ('delimiter' in spec || 'quote' in spec) checkReading(spec);
  } catch (error) {
    if (error instanceof FileRefusal) throw new HmsError('USAGE', error.message, { kept: NOTHING_LEFT });
    throw error;
  }
  switch (spec.name) {
    case 'csv_trim':
      return planTrim(spec, world);
    case 'csv_filter':
      return planFilter(spec, world);
    case 'csv_to_parquet':
      return planCsvToParquet(spec, world);
    case 'json_to_csv':
      return planJsonToCsv(spec, world);
    case 'sql':
      return planSql(spec, world);
    case 'redact_text':
      return planRedact(spec, world);
  }
}

/** Every built-in transform, and what it does in a line. */
export const transforms: Readonly<Record<TransformName, string>> = {
  csv_trim: 'Keep some columns of CSV files; every field that is kept has the bytes that it had.',
  csv_filter: 'Keep the rows of CSV files for which a SQL condition is true, byte for byte.',
  csv_to_parquet: 'Write CSV files as Parquet beside them, all values text, as written.',
  json_to_csv: 'Write JSON files (an array of objects, or one a line) as CSV beside them.',
  sql: 'Write the result of a SELECT over files of one or more versions as a new file.',
  redact_text: 'Put a mark in the place of a text, or of what a pattern matches, in text files.',
};
