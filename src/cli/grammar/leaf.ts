import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Session } from '../session.ts';

/** What carries out a command: called with its arguments as typed and its own options. Answers the exit code, 0 where it says nothing. */
export type Work<A extends readonly unknown[], O> = (session: Session, args: A, options: O) => Promise<number | void>;

/** Runs the work of one command; the arguments are those that commander has parsed by its definition. */
export type Run = <A extends readonly unknown[], O>(command: Command, args: A, work: Work<A, O>) => Promise<void>;

/** Begins the definition of a command. `examples` are shown below its help. */
export function leaf(parent: Command, name: string, words: string, examples: readonly string[]): Command {
  const summary = `${words.split(/[.;:](?: |$)/, 1)[0] ?? words}.`;
  return parent.command(name).summary(summary).description(words).addHelpText('after', exampleText(examples));
}

/** Begins the definition of a command that only holds others. */
export function group(parent: Command, name: string, words: string, examples: readonly string[]): Command {
  return withCommon(parent.command(name).description(words)).addHelpText('after', exampleText(examples));
}

/** Gives a definition its work, which is loaded when the command runs: `hms dta --help` must not wait for a ledger and a database. */
export function does<A extends readonly unknown[], O>(command: Command, run: Run, load: () => Promise<Work<A, O>>): void {
  withCommon(command).action(async (...given: unknown[]) => {
    // commander calls with the arguments, then the options, then the command.
    await run(command, given.slice(0, -2) as readonly unknown[] as A, await load());
  });
}

export function withCommon(command: Command): Command {
  return command
    .optionsGroup('For every command:')
    .option('--lake <dir>', 'the lake, where HMS_LAKE does not name it')
    .option('--json', 'one JSON object on standard output, nothing else there')
    .option('--quiet', 'no progress and no remarks');
}

/** Collects an option that may be given several times. */
export function several(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** An option that stands in the ledger for ever and may not be empty. */
export function stated(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It must say something: it stands in the ledger for ever.');
  return value;
}

export function exampleText(examples: readonly string[]): string {
  return examples.length === 0 ? '' : `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`;
}
