import { readFile } from 'node:fs/promises';
import { CancelledError, HmsError } from '../contract/index.ts';
import { codeOf } from '../engine/lake/index.ts';
import type { Session } from './session.ts';

/**
 * A passphrase: from a file, from HMS_PASSPHRASE, or typed at the terminal, where nothing of it is shown. Never from the command line, which every account of the computer can read.
 */
export interface PassphraseSource {
  readonly passphraseFile?: string;
}

/** `question` as it is asked; with `twice` for a new passphrase, typed again to be sure. */
export async function passphraseFrom(session: Session, { passphraseFile }: PassphraseSource, question: string, twice = false): Promise<string> {
  if (passphraseFile !== undefined) return fromFile(passphraseFile);
  const given = process.env['HMS_PASSPHRASE'];
  if (given !== undefined && given !== '') return given;
  if (!process.stdin.isTTY || session.json) {
    throw new HmsError('USAGE', 'A passphrase is needed, and nobody can be asked for it here.', {
      kept: 'Nothing was changed.',
      next: 'Give it with --passphrase-file FILE, or in HMS_PASSPHRASE. For an export the workstation can sign instead: --as station',
    });
  }
  const typed = await hidden(session, question);
  if (twice && (await hidden(session, 'Again: ')) !== typed) {
    throw new HmsError('USAGE', 'The two passphrases are not the same.', { kept: 'Nothing was changed.' });
  }
  return typed;
}

async function fromFile(file: string): Promise<string> {
  try {
    const [line = ''] = (await readFile(file, 'utf8')).split(/\r?\n/, 1);
    return line;
  } catch (error) {
    if (codeOf(error) === '') throw error;
    throw new HmsError('USAGE', `The passphrase file "${file}" cannot be read (${codeOf(error)}).`, { kept: 'Nothing was changed.' });
  }
}

/** Reads a line from the terminal without showing it. Ctrl-C and Ctrl-D leave. */
async function hidden(session: Session, question: string): Promise<string> {
  const { stdin } = process;
  await session.err.text(question);
  await session.err.flush();
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed = '';
      const take = (text: string): void => {
        for (const character of text) {
          if (character === '\r' || character === '\n') return end(() => resolve(typed));
          if (character === '\u0003' || character === '\u0004') return end(() => reject(new CancelledError('Nothing was changed.')));
          if (character === '\u007f' || character === '\b') typed = [...typed].slice(0, -1).join('');
          else if (character >= ' ') typed += character;
        }
      };
      const end = (settle: () => void): void => {
        stdin.off('data', take);
        settle();
      };
      stdin.on('data', take);
      stdin.resume();
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    await session.err.text('\n');
    await session.err.flush();
  }
}
