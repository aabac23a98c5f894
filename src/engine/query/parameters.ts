import type { DuckDBConnection, DuckDBPreparedStatement } from 'duckdb';
import type { Parameters } from './protocol.ts';

/** The value for the name that system-time.ts gives a parameter; undefined where it has none. */
export function valueOf(parameters: Parameters, name: string): Parameters[string] | undefined {
  const key = name.replace(/^hms_(?=\d+$)/, '');
  return Object.hasOwn(parameters, key) ? parameters[key] : undefined;
}

/** Prepares a statement with values for those of the parameters that it has; values are never part of its text. */
export async function prepareWith(connection: DuckDBConnection, sql: string, parameters: Parameters): Promise<DuckDBPreparedStatement> {
  const statement = await connection.prepare(sql);
  for (let i = 1; i <= statement.parameterCount; i++) {
    const value = valueOf(parameters, statement.parameterName(i)) ?? null;
    if (value === null) statement.bindNull(i);
    else if (typeof value === 'boolean') statement.bindBoolean(i, value);
    else if (typeof value === 'string') statement.bindVarchar(i, value);
    else if (Number.isSafeInteger(value)) statement.bindBigInt(i, BigInt(value));
    else statement.bindDouble(i, value);
  }
  return statement;
}

/** All rows of a small result, as texts, numbers and so on. */
export async function runWith(connection: DuckDBConnection, sql: string, parameters: Parameters): Promise<unknown[][]> {
  const statement = await prepareWith(connection, sql, parameters);
  try {
    return (await statement.runAndReadAll()).getRowsJson() as unknown[][];
  } finally {
    statement.destroySync();
  }
}
