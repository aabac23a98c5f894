import { HmsError } from '../../contract/index.ts';
import { allContracts } from '../../engine/contract-copies.ts';
import { checkFile, draftFromFile } from '../../engine/contract-files.ts';
import { compiledOf, contractOf, publishContract, readContractFile, textOf } from '../../engine/contracting.ts';
import { compareContracts, encodings, maskWords, nextVersion, retentionWords, sourceFormats, typeWords, versionOf } from '../../engine/contracts/index.ts';
import type { CheckFinding, ColumnPlan, CompiledContract, ContractChange, ContractPlan, SourceFormat } from '../../engine/contracts/index.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { reading, writing } from '../opening.ts';
import { progressView } from '../progress.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { fields, table } from '../table.ts';
import { count, grouped, officeClock } from '../words.ts';

export async function draft(session: Session, [file]: readonly [string], choices: { readonly name?: string; readonly format?: string; readonly delimiter?: string; readonly encoding?: string }): Promise<void> {
  const form = formOf(choices);
  const work = async (lake: ReadableLake | null): Promise<void> => {
    const progress = await progressView(session);
    let made;
    try {
      made = await draftFromFile(lake, file, { signal: session.signal, onProgress: progress.onProgress, form, ...(choices.name === undefined ? {} : { name: choices.name }) });
    } finally {
      progress.end();
    }
    const { text, name, rows, columns } = made;
    if (session.json) {
      await answer(session, { name, rows, columns: columns.map(({ name: column, header, logicalType, why, required, isUnique, personal }) => ({ name: column, header, logicalType, why, required, unique: isUnique, personal })), text }, []);
      return;
    }
    await session.out.text(text);
    const personal = columns.filter((column) => column.personal !== null);
    await remark(session, `${count(rows, 'row')}, ${count(columns.length, 'column')}.${personal.length === 0 ? '' : ` Look at what may be personal: ${personal.map((column) => column.name).join(', ')}.`}`);
  };
  await (session.lake === null ? work(null) : reading(session, work));
}

function formOf({ format, delimiter, encoding }: { readonly format?: string; readonly delimiter?: string; readonly encoding?: string }): NonNullable<Parameters<typeof draftFromFile>[2]['form']> {
  const refuse = (what: string, all: readonly string[]): never => {
    throw new HmsError('USAGE', `${what} is not known.`, { kept: 'Nothing was changed.', next: `Write one of: ${all.join(', ')}` });
  };
  if (format !== undefined && !sourceFormats.includes(format as SourceFormat)) refuse(`The format "${format}"`, sourceFormats);
  const known = encodings.find((name) => name === encoding?.toLowerCase());
  if (encoding !== undefined && known === undefined) refuse(`The encoding "${encoding}"`, encodings);
  return { ...(format === undefined ? {} : { format: format as SourceFormat }), ...(delimiter === undefined ? {} : { delimiter: delimiter === 'tab' || delimiter === '\\t' ? '\t' : delimiter }), ...(known === undefined ? {} : { encoding: known }) };
}

export function check(session: Session, [ref, file]: readonly [string, string]): Promise<number> {
  return reading(session, async (lake) => {
    const { plan } = await contractAt(lake, ref);
    const progress = await progressView(session);
    let report;
    try {
      report = await checkFile(lake, plan, file, { signal: session.signal, onProgress: progress.onProgress });
    } finally {
      progress.end();
    }
    const { contract, rows, accepted, findings, lineWord } = report;
    const called = `${contract.name}:${contract.version}`;
    const first = accepted ? `${report.file} keeps to ${called}: ${count(rows, 'row')}, nothing found.` : `${report.file} does not keep to ${called}: ${count(findings.length, 'finding')} in ${count(rows, 'row')}.`;
    const found = findings.length === 0 ? [] : ['', ...table([{ title: 'Column' }, { title: 'Finding' }, { title: 'Times', align: 'right' }, { title: 'What is wrong' }], findings.flatMap((finding) => findingRows(finding, lineWord)))];
    await answer(session, report, [first, ...found]);
    return accepted ? 0 : 1;
  });
}

/** A row for the finding, and under it one for each place that it was found at. */
function findingRows({ column, kind, message, count: times, samples }: CheckFinding, lineWord: string): string[][] {
  const places = samples.map(({ line, value, why }) => `  ${lineWord} ${grouped(line)}${value === null ? '' : `: ${JSON.stringify(value)}`}${why === null ? '' : `, ${why}`}`);
  const more = times - samples.length;
  if (samples.length > 0 && more > 0) places.push(`  and ${grouped(more)} more`);
  return [[column ?? '(whole file)', kind, grouped(times), message], ...places.map((place) => ['', '', '', place])];
}

export async function publish(session: Session, [file]: readonly [string], { major = false }: { readonly major?: boolean }): Promise<void> {
  const bytes = await readContractFile(file);
  await writing(session, async (lake) => {
    const { name, version, hash, claimed, changes } = await publishContract(lake, bytes, { major, called: file, signal: session.signal });
    for (const change of changes ?? []) await remark(session, changeLine(change));
    await answer(session, { contract: { name, version, hash }, changes, seq: claimed.seq }, [`${name}:${version}`]);
  });
}

export function show(session: Session, [ref]: readonly [string | undefined], { yaml = false }: { readonly yaml?: boolean }): Promise<void> {
  return reading(session, async (lake) => {
    if (ref === undefined) {
      const all = [...allContracts(lake)];
      const shown = all.map(({ name, version, at, hash }) => ({ name, version, at, hash }));
      const when = officeClock(lake.lake.zone);
      await answer(session, { contracts: shown }, all.length === 0 ? ['No contract was published yet. Begin with: hms dta contract draft FILE'] : table([{ title: 'Contract' }, { title: 'Version' }, { title: 'Published' }], shown.map(({ name, version, at }) => [name, version ?? 'not known', when(at)])));
      return;
    }
    const { row, compiled } = contractOf(lake, ref);
    if (yaml && !session.json) {
      await session.out.text(textOf(lake, row));
      return;
    }
    const versions = lake.catalog.contractVersions(row.name).map(({ version, hash, at, seq, major }) => ({ version, hash, at, seq, major }));
    const { plan } = compiled;
    await answer(session, { contract: { name: row.name, version: row.version, hash: row.hash, at: row.at, seq: row.seq }, plan, text: compiled.text, versions }, planLines(plan, row.hash, officeClock(lake.lake.zone)(row.at), versions));
  });
}

function planLines(plan: ContractPlan, hash: string, at: string, versions: readonly { readonly version: string | null; readonly at: string }[]): string[] {
  const { source } = plan;
  const rules = [...plan.rules, ...plan.columns.flatMap((column) => column.rules)];
  return [
    ...fields([
      ['Contract', `${plan.name}:${plan.version}`],
      ['Published', at],
      ['SHA-256', hash],
      ['Files', `${source.patterns.join(', ')} (${source.format}${source.encoding === null ? '' : `, ${source.encoding}`})`],
      ['Key', plan.primaryKey.length === 0 ? null : plan.primaryKey.join(', ')],
      ['Divided by', ['program_id', ...plan.partitions.map(({ column, by }) => (by === null ? column : `${by} of ${column}`))].join(', ')],
      ['Kept', plan.retention === null ? null : retentionWords(plan)],
      ['Rules', rules.length === 0 ? null : rules.map(({ title }) => title).join('; ')],
      ['Versions', versions.map(({ version }) => version ?? 'not known').join(', ')],
    ]),
    '',
    ...table([{ title: 'Column' }, { title: 'Type' }, { title: 'From' }, { title: 'Must' }, { title: 'Mask' }], plan.columns.map(columnRow)),
  ];
}

function columnRow({ name, type, headers, required, unique, pii }: ColumnPlan): string[] {
  return [name, typeWords(type), headers.join(' | '), [required ? 'have a value' : '', unique ? 'be unique' : ''].filter((word) => word !== '').join(', '), pii === null ? '' : maskWords(pii.mask)];
}

export function diff(session: Session, [from, to]: readonly [string, string]): Promise<void> {
  return reading(session, async (lake) => {
    const [a, b] = [await contractAt(lake, from), await contractAt(lake, to)];
    const changes = compareContracts(a.plan, b.plan);
    const breaks = changes.some((change) => change.breaks !== null);
    const next = nextVersion(versionOf(a.plan.version), changes);
    const lines = changes.length === 0 ? ['Both ask the same.'] : [...changes.map(changeLine), breaks ? `It breaks: the version after ${a.plan.version} is ${next}, with --major.` : `It does not break: the version after ${a.plan.version} is ${next}.`];
    await answer(session, { from: { name: a.plan.name, version: a.plan.version }, to: { name: b.plan.name, version: b.plan.version }, breaks, nextVersion: next, changes }, lines);
  });
}

function changeLine({ what, breaks }: ContractChange): string {
  return breaks === null ? `          ${what}` : `BREAKS    ${what} ${breaks}`;
}

/** A contract of the lake, or of a file: what ends in .yaml or .yml is one, and names never do. */
async function contractAt(lake: ReadableLake, ref: string): Promise<CompiledContract> {
  return /\.ya?ml$/i.test(ref) ? compiledOf(await readContractFile(ref), ref) : contractOf(lake, ref).compiled;
}
