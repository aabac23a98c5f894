import { text } from 'node:stream/consumers';
import { HmsError } from '../../contract/index.ts';
import { prepareQuestion } from '../../engine/asking.ts';
import type { Asked, Question } from '../../engine/asking.ts';
import { QueryProcesses, refreshedView } from '../../engine/query/index.ts';
import { formatOf, writeResult } from '../../engine/result-file.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { jsonWithList } from '../json.ts';
import { refresh } from './cube.ts';
import { reading } from '../opening.ts';
import { answer, goesOn, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { table } from '../table.ts';
import { bytes, count, officeClock } from '../words.ts';

interface QueryChoices {
  readonly asOf?: string;
  readonly param?: readonly string[];
  readonly format?: string;
  readonly out?: string;
}

const PAGE = 500;
/** Characters of a cell on the terminal. */
const SHOWN = 60;
const formats = ['table', 'csv', 'json', 'parquet'] as const;
type Format = (typeof formats)[number];

/** Asks a question in SQL; the header with the versions that were read goes to standard error, or into the JSON. */
export async function query(session: Session, [given]: readonly [string], choices: QueryChoices): Promise<void> {
  const { asOf, param = [], out } = choices;
  const format = wantedFormat(session, choices);
  const sql = given === '-' ? await text(process.stdin) : given;
  const cube = refreshedView(sql);
  if (cube !== null) {
    if (out !== undefined || param.length > 0) throw usage('REFRESH MATERIALIZED VIEW makes a version of a cube, and has no result to write, and no parameters.', 'Leave --out and --param out.');
    return refresh(session, [cube], asOf === undefined ? {} : { asOf });
  }
  // Started beside the opening of the lake.
  const processes = new QueryProcesses({ questions: 'one' });
  try {
    await answerQuestion(session, sql, choices, format, processes);
  } finally {
    await processes.close();
  }
}

function answerQuestion(session: Session, sql: string, { asOf, param = [], out }: QueryChoices, format: Format | null, processes: QueryProcesses): Promise<void> {
  return reading(session, async (lake) => {
    const parameters = Object.fromEntries(param.map((value, i) => [String(i + 1), value]));
    const question = await prepareQuestion(lake, sql, { signal: session.signal, parameters, processes, ...(asOf === undefined ? {} : { asOf }) });
    try {
      const asked = await question.run(session.signal);
      if (out !== undefined) await toFile(session, lake, question, asked, out, format);
      else if (session.json) await jsonWithList(session, { relations: question.relations, columns: asked.columns, count: asked.rows }, 'rows', rowsOf(question, asked, session));
      else await toTerminal(session, lake, question, asked, format ?? 'table');
    } finally {
      await question.close();
    }
  });
}

function wantedFormat(session: Session, { format, out }: QueryChoices): Format | null {
  if (format === undefined) return null;
  const known = formats.find((one) => one === format.toLowerCase());
  if (known === undefined) throw usage(`The format is one of ${formats.join(', ')}, not "${format}".`, 'Read: hms dta query --help');
  if (session.json && out === undefined && known !== 'json') throw usage(`--json prints the result as JSON, so --format ${known} cannot.`, 'Leave one of them out, or name a file with --out.');
  if (known === 'table' && out !== undefined) throw usage('A table is for the terminal, not for a file.', 'Write --format csv.');
  if (known === 'parquet' && out === undefined && process.stdout.isTTY) throw usage('Parquet is not for a terminal.', 'Name a file with --out, or send it on with | or >.');
  return known;
}

async function toFile(session: Session, lake: ReadableLake, question: Question, { rows }: Asked, out: string, format: Format | null): Promise<void> {
  const size = await writeResult(lake, question, format === null || format === 'table' ? formatOf(out) : format, out, session.signal);
  await header(session, lake, question);
  await answer(session, { relations: question.relations, out, rows, bytes: size }, [`${count(rows, 'row')} written to ${out} (${bytes(size)}).`]);
}

async function toTerminal(session: Session, lake: ReadableLake, question: Question, asked: Asked, format: Format): Promise<void> {
  await header(session, lake, question);
  if (format !== 'table') {
    for await (const piece of question.bytes(format, session.signal)) {
      if (session.out.isClosed) return;
      await session.out.bytes(piece);
    }
    return;
  }
  const columns = asked.columns.map(({ name, type }) => (/INT|DECIMAL|DOUBLE|FLOAT/.test(type) ? { title: name, align: 'right' as const } : { title: name }));
  for (let from = 0; from < asked.rows || from === 0; ) {
    const { rows } = await question.page(from, PAGE, session.signal);
    if (!(await goesOn(session))) return;
    await session.out.lines(table(columns, rows.map((row) => row.map((cell) => (cell === null ? '' : cut(String(cell)))))));
    if (rows.length === 0) break;
    from += rows.length;
  }
  await remark(session, `${count(asked.rows, 'row')}.`);
}

async function* rowsOf(question: Question, { columns, rows: total }: Asked, session: Session): AsyncGenerator<object> {
  for (let from = 0; from < total; ) {
    const { rows } = await question.page(from, PAGE, session.signal);
    for (const row of rows) yield Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null]));
    from += rows.length;
  }
}

/** Which version of each table was read, and as of when. */
async function header(session: Session, lake: ReadableLake, { relations }: Question): Promise<void> {
  const when = officeClock(lake.lake.zone);
  for (const { name, version, instant, ahead } of relations) await remark(session, `${name}: ${version}, as of ${instant} (${when(instant)})${ahead === undefined ? '' : `. ${ahead} (${when(ahead)}), which was asked for, has not come yet: these are the newest rows`}`);
}

function cut(cell: string): string {
  const characters = [...cell];
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN - 1).join('')}…` : cell;
}

function usage(message: string, next: string): HmsError {
  return new HmsError('USAGE', message, { kept: 'It only reads, so nothing was changed.', next });
}
