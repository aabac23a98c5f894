import { CommanderError } from 'commander';
import type { Argument, Command } from 'commander';
import { troubleOf, usageTrouble } from './errors.ts';
import type { Trouble } from './errors.ts';
import { grammar } from './grammar/index.ts';
import type { Run, Work } from './grammar/index.ts';
import { listenForInterrupt } from './interrupt.ts';
import type { Interrupt } from './interrupt.ts';
import { Output } from './output.ts';
import type { CommonOptions, Session } from './session.ts';

/** Runs one command line (without the program's name) and answers the exit code. Never throws for what a command meets. */
export async function runCommand(args: readonly string[], version: string): Promise<number> {
  const out = new Output(process.stdout);
  const err = new Output(process.stderr);
  const interrupt = listenForInterrupt(() => {
    void err.line('Stopping where that is safe; Ctrl-C again ends at once.').then(() => err.flush());
  });
  try {
    return await parse(args, version, out, err, interrupt);
  } finally {
    interrupt.dispose();
  }
}

async function parse(args: readonly string[], version: string, out: Output, err: Output, interrupt: Interrupt): Promise<number> {
  let code = 0;
  const run: Run = async <A extends readonly unknown[], O>(command: Command, given: A, work: Work<A, O>) => {
    const options = allOptions(command);
    const named = options.lake ?? process.env['HMS_LAKE'] ?? '';
    const session: Session = { out, err, json: options.json === true, quiet: options.quiet === true, lake: named === '' ? null : named, signal: interrupt.signal, interrupt };
    code = (await work(session, given, options as O)) ?? 0;
  };
  const printed = { out: '', err: '' };
  const program = grammar(version, run);
  configure(program, printed);
  try {
    try {
      await program.parseAsync([...args], { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode === 0) await out.text(printed.out);
      else if (error.code === 'commander.help' && !isJson(args)) await err.text(printed.err);
      else return await tell(usageOf(error, program, args), isJson(args), out, err);
      code = error.exitCode === 0 ? 0 : 2;
    }
    await out.flush();
    await err.flush();
    return code;
  } catch (error) {
    return tell(await troubleOf(error), isJson(args), out, err);
  }
}

/** A command's own options, and those given before its name. */
function allOptions(command: Command): CommonOptions {
  let options: CommonOptions = {};
  for (let at: Command | null = command; at !== null; at = at.parent) options = { ...at.opts<CommonOptions>(), ...options };
  return options;
}

function configure(command: Command, printed: { out: string; err: string }): void {
  command.helpCommand(false).configureHelp({ subcommandTerm: (child) => [child.name(), ...child.registeredArguments.map(argumentTerm)].join(' ') });
  command.exitOverride().configureOutput({
    writeOut: (text) => (printed.out += text),
    writeErr: (text) => (printed.err += text),
    outputError: () => undefined,
    getOutHelpWidth: () => (process.stdout.isTTY ? process.stdout.columns : 100),
    getErrHelpWidth: () => (process.stderr.isTTY ? process.stderr.columns : 100),
  });
  for (const child of command.commands) configure(child, printed);
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** commander's message as a sentence, and where to read on. */
function usageOf(error: CommanderError, program: Command, args: readonly string[]): Trouble {
  const path: string[] = [];
  let at = program;
  for (const word of args.filter((arg) => !arg.startsWith('-'))) {
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined) break;
    path.push(word);
    at = next;
  }
  const help = `Read: ${['hms', ...path].join(' ')} --help`;
  if (error.code === 'commander.help') return usageTrouble(`"${['hms', ...path].join(' ')}" needs the name of a command behind it.`, help);
  const [first = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /^\(Did you mean (.*)\?\)$/.exec(hint)?.[1];
  const meant = suggestion === undefined ? '' : ` Is "${suggestion.replace(/^one of /, '').replaceAll(', ', '" or "')}" meant?`;
  return usageTrouble(`${sentence(first)}${meant}`, help);
}

function sentence(message: string): string {
  const unknown = /^unknown (command|option) '(.*)'$/s.exec(message);
  if (unknown !== null) return `There is no ${unknown[1]} "${unknown[2]}".`;
  const missing = /^missing required argument '(.*)'$/.exec(message);
  if (missing !== null) return `The argument <${missing[1]}> is missing.`;
  const needed = /^required option '(.*)' not specified$/.exec(message);
  if (needed !== null) return `The option ${needed[1]} is missing.`;
  const invalid = /^option '(.*?)' argument '(.*)' is invalid\. (.*)$/s.exec(message);
  if (invalid !== null) return `${(invalid[2] ?? '').trim() === '' ? `The option ${invalid[1]} cannot be empty.` : `"${(invalid[2] ?? '').slice(0, 100)}" does not fit the option ${invalid[1]}.`} ${invalid[3]}`;
  const text = message.replaceAll("'", '"');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

/** Whether errors too are wanted as JSON, asked of the words as typed because the line may not be one that can be parsed. */
function isJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

async function tell(trouble: Trouble, json: boolean, out: Output, err: Output): Promise<number> {
  const { code, message, kept, next, facts, exit, stack } = trouble;
  // An answer that had begun cannot be made one JSON object any more; its error must not be taken for a part of it.
  const to = out.hasBegun ? err : out;
  out.drop();
  if (json) await to.text(`${JSON.stringify({ error: { code, message, kept, next, facts } })}\n`);
  else for (const text of [message, kept, next]) if (text !== null) await err.line(text);
  if (process.env['HMS_DEBUG'] === '1' && stack !== null) await err.lines(stack.split('\n'));
  await out.flush();
  await err.flush();
  return exit;
}
