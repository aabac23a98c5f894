import type { Command, Help } from 'commander';
import { grammar } from '../../../src/cli/grammar/index.ts';
import type { Run } from '../../../src/cli/grammar/index.ts';

/** docs/operations/cli.md, made from the definitions of the commands. */

const nothing: Run = () => Promise.resolve();

export function allCommands(command: Command = grammar('', nothing)): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** The commands that do something, each with its whole name: `dta station list`. */
export function leaves(): { readonly name: string; readonly command: Command }[] {
  return allCommands()
    .filter((command) => command.commands.length === 0)
    .map((command) => ({ name: fullName(command), command }));
}

function fullName(command: Command): string {
  return command.parent === null ? '' : `${fullName(command.parent)} ${command.name()}`.trim();
}

/** The whole help of a command with its examples, as `--help` prints it. */
export function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (piece) => (text += piece), getOutHelpWidth: () => 100 });
  command.outputHelp();
  return text;
}

export function reference(): string {
  const help = grammar('', nothing).createHelp();
  const sections = leaves().map(({ name, command }) => section(name, command, help));
  return `# The command line

Made from the definitions in \`src/cli/grammar\`; a test keeps it in step with them (\`HMS_UPDATE_REFERENCE=1 npm test -- reference\` writes it anew).

\`HMS_LAKE\` names the lake's folder, \`HMS_PROFILE\` the folder of this account for keys, catalogs and settings. Every command takes:

| option | what for |
|---|---|
| \`--lake <dir>\` | the lake, where \`HMS_LAKE\` does not name it |
| \`--json\` | one JSON object on standard output, nothing else there; an error too: \`{"error":{"code","message","kept","next","facts"}}\` |
| \`--quiet\` | no progress and no remarks |

Results stand on standard output, everything else on standard error. Instants are shown in the office's time zone, and given in UTC with \`--json\`. In names, control
characters and characters that turn the direction of writing are shown as \`\\u{N}\`; \`--json\` gives them exactly.

Exit codes: 0 done; 1 findings; 2 the command was not understood, or names something that is not there; 3 refused, and what was kept is said; 4 share or disk away, full,
or no permission; 70 a fault of the program; 130 cancelled.

${sections.join('\n')}`;
}

function section(name: string, command: Command, help: Help): string {
  const common = new Set(['--lake', '--json', '--quiet', '--help']);
  const options = help.visibleOptions(command).filter((option) => !common.has(option.long ?? ''));
  const rows = [
    ...command.registeredArguments.map((argument) => `| \`${argument.required ? `<${argument.name()}${argument.variadic ? '...' : ''}>` : `[${argument.name()}]`}\` | ${argument.description} |`),
    ...options.map((option) => `| \`${option.flags}\`${option.mandatory ? ' (needed)' : ''} | ${option.description} |`),
  ];
  const examples = helpOf(command).split('\nExamples:\n')[1] ?? '';
  return `## hms ${name}

${command.description()}
${rows.length === 0 ? '' : `\n| | |\n|---|---|\n${rows.join('\n')}\n`}
\`\`\`
${examples.replaceAll(/^ {2}/gm, '').trimEnd()}
\`\`\`
`;
}
