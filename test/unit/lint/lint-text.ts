import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A file that the rules must refuse, with a piece of the message that says why. */
export interface Case {
  readonly file: string;
  readonly code: string;
  readonly says?: RegExp;
}

/** Both halves of one rule's test: what it must refuse, and the nearest things it must let pass. */
export interface RuleCases {
  readonly rule: string;
  readonly refused: readonly Case[];
  readonly allowed: readonly Case[];
}

// The files of these tests do not exist, so nothing can be asked about their types; the typed rules have a test of their own.
const untyped = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

/** Inspects a file that does not exist, under the project's own configuration. Returns "rule: message" per finding, in order of place. */
export async function findings(file: string, code: string, eslint = untyped): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: `${root}/${file}` });
  if (result === undefined) throw new Error(`${file} was not inspected`);
  return result.messages.map(({ ruleId, message, fatal }) => `${fatal === true ? 'syntax' : (ruleId ?? 'no rule')}: ${message}`);
}

/** The project's configuration with types, for files that stand in for ones of `folder`, such as "src/core". */
export function typedLint(folder: string): ESLint {
  const parserOptions = { projectService: { allowDefaultProject: [`${folder}/*.ts`], defaultProject: 'tsconfig.base.json' } };
  return new ESLint({ cwd: root, overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parserOptions } }] });
}
