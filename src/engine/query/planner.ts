import { DuckDBInstance } from 'duckdb';
import type { DuckDBConnection } from 'duckdb';
import { conditionsOf } from './conditions.ts';
import type { Node, TreeCondition } from './conditions.ts';
import { sourcePlace } from './edited-text.ts';
import { Refusal } from './failures.ts';
import { firstRowsOf } from './first-rows.ts';
import { judgeTree } from './gate.ts';
import type { TreePlace, Verdict } from './gate.ts';
import { lockDown } from './lockdown.ts';
import { runWith, valueOf } from './parameters.ts';
import { fromBytes, fromCodePoints } from './places.ts';
import type { AskedCondition, AskedValue, Parameters, Planned, PlannedInstant, Reference } from './protocol.ts';
import { referencesOf } from './references.ts';
import type { TreeReference } from './references.ts';
import { shapeOf } from './shape.ts';
import { openStatement } from './statement.ts';
import { TreeText } from './tree-text.ts';
import { rewriteSystemTime } from './system-time.ts';
import type { DatasetCall } from './system-time.ts';
import { afterAlias, closing, isSymbol, isWord, tokensOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/** A statement with more of them in its conditions, as a long IN has, is not looked at for them. */
const MOST_VALUES = 200;

/** Looks at questions in a database of its own that sees no file at all: instants may be expressions, and have to be known before the files are. */
export class Planner {
  readonly connection: DuckDBConnection;
  readonly #trees: TreeText;
  /** Tree of `SELECT 1`, in whose place expressions are put. */
  #frame: string | null = null;

  private constructor(connection: DuckDBConnection) {
    this.connection = connection;
    this.#trees = new TreeText(connection);
  }

  static async open(): Promise<Planner> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await lockDown(connection, { files: [], output: null, temporary: '', temporaryBytes: 0, memoryBytes: 64 * 2 ** 20, threads: 1 });
    return new Planner(connection);
  }

  async plan(sql: string, parameters: Parameters, look: Planned['look']): Promise<Planned> {
    const opened = openStatement(sql);
    if (!opened.ok) throw new Refusal(opened.why);
    const { explain } = opened;
    try {
      return await this.#planOpened(explain, opened.sql, parameters, look);
    } catch (error) {
      if (error instanceof Refusal && error.position !== null) throw new Refusal(error.message, error.position + explain.length);
      throw error;
    }
  }

  async #planOpened(explain: string, sql: string, parameters: Parameters, look: Planned['look']): Promise<Planned> {
    const { text, pieces, datasets } = rewriteSystemTime(sql);
    const atSource = (place: number): number => sourcePlace(pieces, place);
    const serialized = await this.#trees.of(text);
    refuse(judgeTree(serialized, null), text, atSource);
    const tokens = tokensOf(text);
    refuseMissing(tokens, parameters, atSource);
    const { tables, ownInThePast } = referencesOf(serialized);
    for (const { name, location } of ownInThePast) throw new Refusal(`"${name}" is a table of this statement's own WITH, which has no past.`, atSource(fromBytes(text, location)));
    const conditions = look === 'conditions' && tables.length > 0 ? await this.#conditions(serialized, parameters) : new Map<number, AskedCondition[]>();
    const references: Reference[] = [];
    for (const table of tables) references.push({ ...(await this.#reference(table, { text, tokens, datasets, parameters, atSource, offset: explain.length })), conditions: conditions.get(table.location) ?? [] });
    const shape = look === 'shape' ? shapeOf(serialized, await this.#aggregates()) : null;
    const firstRows = look === 'conditions' && explain === '' ? await this.#firstRows(serialized, parameters) : null;
    return { explain, text, pieces, references, look, shape, firstRows };
  }

  async #firstRows(serialized: string, parameters: Parameters): Promise<Planned['firstRows']> {
    const first = firstRowsOf(serialized, parameters);
    if (first === null) return null;
    const { limit, offset, functions } = first;
    if (functions.length === 0) return { limit, offset };
    // What is a macro, or not in the list at all, may be anything.
    const names = await runWith(this.connection, "SELECT lower(function_name) FROM duckdb_functions() GROUP BY 1 HAVING bool_and(function_type = 'scalar')", {});
    const scalars = new Set(names.map(([name]) => String(name)));
    return functions.every((name) => scalars.has(name)) ? { limit, offset } : null;
  }

  /** Conditions of tables by their places, with the values of their expressions. Where these cannot be told there are none: the question itself says what is wrong with it. */
  async #conditions(serialized: string, parameters: Parameters): Promise<ReadonlyMap<number, AskedCondition[]>> {
    const found = [...conditionsOf(serialized)];
    const values = await this.#values(found.flatMap(([, conditions]) => conditions.flatMap((condition) => condition.values)), parameters);
    const asked = ({ column, is, values: nodes }: TreeCondition): AskedCondition[] => {
      if (is === 'null' || is === 'not null') return [{ column, is }];
      const known = nodes.map((node) => values.get(node));
      return known.every((value) => value !== undefined) ? [{ column, is, values: known }] : [];
    };
    return new Map(found.map(([location, conditions]) => [location, conditions.flatMap(asked)]));
  }

  async #values(nodes: readonly Node[], parameters: Parameters): Promise<ReadonlyMap<Node, AskedValue>> {
    const values = new Map<Node, AskedValue>();
    if (nodes.length > MOST_VALUES) return values;
    const others: Node[] = [];
    for (const node of nodes) {
      const number = wholeNumber(node);
      if (number === null) others.push(node);
      else values.set(node, number);
    }
    if (others.length > 0) await this.#evaluate(others, parameters, values);
    return values;
  }

  async #evaluate(nodes: readonly Node[], parameters: Parameters, values: Map<Node, AskedValue>): Promise<void> {
    try {
      this.#frame ??= await this.#trees.of('SELECT 1');
      const tree = JSON.parse(this.#frame) as { statements: { node: Record<string, unknown> }[] };
      // Places beyond 2^53, which stand for none, were lost when the tree was read.
      const list = JSON.parse(JSON.stringify(nodes, (key, value: unknown) => (key === 'query_location' ? 0 : value))) as unknown;
      for (const { node } of tree.statements) Object.assign(node, { select_list: list });
      const text = JSON.stringify(tree, (key, value: unknown) => (key === 'query_location' ? 0 : value));
      const [written] = await runWith(this.connection, 'SELECT json_deserialize_sql($1::JSON)', { 1: text });
      const names = nodes.map((_, i) => `c${i}`);
      const wanted = names.flatMap((name) => [`typeof(${name})`, `CAST(${name} AS VARCHAR)`, `CAST(TRY_CAST(CAST(${name} AS VARCHAR) AS TIMESTAMPTZ) AS VARCHAR)`]);
      const [row] = await runWith(this.connection, `SELECT ${wanted.join(', ')} FROM (${String(written?.[0])}) AS v(${names.join(', ')})`, parameters);
      for (const [i, node] of nodes.entries()) {
        const [type, value, instant] = [row?.[i * 3], row?.[i * 3 + 1], row?.[i * 3 + 2]];
        if (typeof value === 'string') values.set(node, { type: String(type), value, instant: typeof instant === 'string' ? instant : null });
      }
    } catch (error) {
      if (this.#isInterruption(error)) throw error;
    }
  }

  #isInterruption(error: unknown): boolean {
    return error instanceof Error && error.message.includes('INTERRUPT');
  }

  /** Names of functions that make one value of many rows. */
  async #aggregates(): Promise<ReadonlySet<string>> {
    const reader = await this.connection.runAndReadAll("SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type = 'aggregate'");
    return new Set(reader.getRows().map(([name]) => String(name)));
  }

  async #reference(table: TreeReference, context: Context): Promise<Omit<Reference, 'conditions'>> {
    const { text, tokens, datasets, parameters, atSource, offset } = context;
    const start = fromBytes(text, table.location);
    const index = tokens.findIndex((token) => token.start === start);
    const token = tokens[index];
    if (token === undefined) throw new Error(`A table has no place in the statement: ${table.name}`);
    const call = datasets.find(({ name }) => name === table.name);
    const at = table.hasInstant ? await this.#instant(afterAlias(tokens, index + 1), context) : null;
    // DESCRIBE t, SUMMARIZE t and TABLE t have no room for an alias.
    const isBare = isWord(tokens[index - 1], 'describe', 'desc', 'summarize', 'show', 'table');
    return {
      relation: call === undefined ? { kind: 'table', name: table.name } : { kind: 'dataset', arguments: call.arguments.map((argument) => ('text' in argument ? argument.text : textOf(parameters, argument.parameter))) },
      place: [start, token.end],
      alias: table.hasAlias ? 'own' : isBare ? null : 'added',
      at,
      position: offset + atSource(start),
    };
  }

  /** The clause `AT (unit => expression)` that begins at the token `at`, with the value of its expression. */
  async #instant(at: number, { text, tokens, parameters, atSource }: Context): Promise<PlannedInstant> {
    const unit = tokens[at + 2];
    const close = closing(tokens, at + 1);
    const [first, last] = [tokens[at + 4], tokens[(close ?? 0) - 1]];
    if (!isWord(tokens[at], 'at') || !isWord(unit, 'timestamp', 'version') || !isSymbol(tokens[at + 3], '=>') || close === null || first === undefined || last === undefined) {
      throw new Error('The clause of an instant has no place in the statement.');
    }
    const place = atSource(first.start);
    const select = `SELECT (${text.slice(first.start, last.end)}) AS x`;
    const serialized = await this.#trees.of(select);
    const verdict = judgeTree(serialized, []);
    if (!verdict.ok) throw new Refusal(verdict.why, place);
    if (serialized.includes('"SUBQUERY"')) throw new Refusal('An instant is a value: a query cannot stand in it.', place);
    let row: unknown[] | undefined;
    try {
      [row] = await runWith(this.connection, `SELECT typeof(x), CAST(x AS VARCHAR) FROM (${select})`, parameters);
    } catch (error) {
      throw new Refusal(`The instant cannot be understood: ${(error as Error).message.split('\n')[0]?.replace(/^(?:[A-Z][A-Za-z]* )+Error: /, '') ?? ''}`, place);
    }
    const [type, value] = row ?? [];
    if (typeof value !== 'string') throw new Refusal('The instant is NULL.', place);
    return { unit: unit?.text.toLowerCase() === 'version' ? 'version' : 'timestamp', place: [(tokens[at] as Token).start, (tokens[close] as Token).end], type: String(type), value };
  }
}

/** Of most conditions, and nothing to be asked of DuckDB; null for every other expression. No such number can be read as an instant. */
function wholeNumber(node: Node): AskedValue | null {
  const value = node['class'] === 'CONSTANT' ? (node['value'] as { readonly type?: { readonly id?: string }; readonly is_null?: boolean; readonly value?: unknown }) : null;
  return value?.type?.id === 'INTEGER' && value.is_null === false && Number.isSafeInteger(value.value) ? { type: 'INTEGER', value: String(value.value), instant: null } : null;
}

interface Context {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly datasets: readonly DatasetCall[];
  readonly parameters: Parameters;
  readonly atSource: (place: number) => number;
  readonly offset: number;
}

function refuse(verdict: Verdict, text: string, atSource: (place: number) => number): void {
  if (verdict.ok) return;
  throw new Refusal(verdict.why.replace(/ \(at character \d+\)(?=\.$)/, ''), verdict.place === null ? null : atSource(unitsOf(text, verdict.place)));
}

function unitsOf(text: string, place: TreePlace): number {
  return 'bytes' in place ? fromBytes(text, place.bytes) : fromCodePoints(text, place.codePoints);
}

function refuseMissing(tokens: readonly Token[], parameters: Parameters, atSource: (place: number) => number): void {
  const missing = tokens.find((token) => token.kind === 'parameter' && valueOf(parameters, token.text.slice(1)) === undefined);
  if (missing !== undefined) throw new Refusal(`The parameter ${missing.text.replace(/^\$hms_(?=\d+$)/, '$$')} has no value.`, atSource(missing.start));
}

function textOf(parameters: Parameters, name: string): string {
  const value = valueOf(parameters, name);
  if (typeof value !== 'string') throw new Refusal(`The parameter $${name} is used in dataset(), and is no text.`);
  return value;
}
