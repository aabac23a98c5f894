import { HmsError, Scope, scopes as allScopes } from '../../contract/index.ts';
import { readFile } from 'node:fs/promises';
import type { Tokens } from '../../engine/keys/index.ts';
import { tokensOf } from '../../engine/token-list.ts';
import type { MadeToken, TrustedKey } from '../../engine/keys/index.ts';
import { codeOf } from '../../engine/lake/index.ts';
import type { ReadableLake } from '../../engine/open.ts';
import { reading } from '../opening.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';
import { fields, table } from '../table.ts';
import { count, officeClock } from '../words.ts';

/** Tokens of other programs. */

const DAYS = 30;
const MOST_DAYS = 3_660;
const DAY_S = 86_400;

export function make(session: Session, [name]: readonly [string], { scope, days = DAYS }: { readonly scope: readonly string[]; readonly days?: number }): Promise<void> {
  if (days < 1 || days > MOST_DAYS) throw new HmsError('USAGE', `A token is good for 1 to ${MOST_DAYS.toLocaleString('en-US')} days.`, { kept: 'Nothing was made.' });
  return reading(session, async (lake) => {
    const { token, made } = await tokensHere(lake).make(nameOf(name), scopesOf(scope), days * DAY_S);
    await answer(session, { token, ...made }, [token]);
    await remark(session, `The token of "${made.name}" allows ${made.scopes.join(', ')} until ${officeClock(lake.lake.zone)(made.expires)}. It is shown this once. To end it before: hms dta token revoke ${made.id}`);
  });
}

export function trust(session: Session, [name, file]: readonly [string, string], { kid, scope }: { readonly kid: string; readonly scope: readonly string[] }): Promise<void> {
  return reading(session, async (lake) => {
    const pem = await readFile(file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === '') throw error;
      throw new HmsError('KEY_REFUSED', `The file "${file}" cannot be read.`, { kept: 'Nothing was changed.', next: 'Look at its name and permissions.', cause: error });
    });
    const key = await tokensHere(lake).trust(nameOf(name), nameOf(kid), pem, scopesOf(scope));
    await answer(session, { ...key }, fields([['Key', key.kid], ['System', key.name], ['Algorithm', key.algorithm], ['Allows', key.scopes.join(', ')], ['Audience', `hms-dta:lake:${lake.lake.id} and hms-dta:station:${lake.station?.id ?? ''}`]]));
  });
}

export function list(session: Session): Promise<void> {
  return reading(session, async (lake) => {
    const { tokens, keys } = await tokensHere(lake).list();
    const when = officeClock(lake.lake.zone);
    const now = new Date(lake.clock.now()).toISOString();
    const state = (item: MadeToken | TrustedKey): string => {
      if (item.revoked !== null) return `revoked ${when(item.revoked)}`;
      if ('kid' in item) return `trusted, ${item.algorithm}`;
      return item.expires <= now ? `expired ${when(item.expires)}` : `until ${when(item.expires)}`;
    };
    const rows = [...tokens, ...keys].map((item) => ['kid' in item ? item.kid : item.id, item.name, item.scopes.join(', '), state(item)]);
    await answer(session, { tokens, keys }, rows.length === 0 ? ['There are no tokens for this lake here. Make one with: hms dta token make NAME --scope raw:write'] : table([{ title: 'Id' }, { title: 'Name' }, { title: 'Allows' }, { title: 'State' }], rows));
    await remark(session, `${count(tokens.length, 'token')}, ${count(keys.length, 'trusted key')}`);
  });
}

export function revoke(session: Session, [which]: readonly [string]): Promise<void> {
  return reading(session, async (lake) => {
    const ended = await tokensHere(lake).revoke(which);
    await answer(session, { ...ended }, ['kid' in ended ? `Tokens that are signed with the key ${ended.kid} of "${ended.name}" are refused from now on.` : `The token of "${ended.name}" is refused from now on.`]);
  });
}

function tokensHere(lake: ReadableLake): Tokens {
  if (lake.station === null) throw lake.readOnly ?? new Error('A lake without a station can be written.');
  return tokensOf({ profile: lake.profile, lake: lake.lake.id, station: lake.station.id, durable: lake.ledger.context.profileDurable, clock: lake.clock });
}

function nameOf(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= 100 && !/\p{Cc}/u.test(name)) return name;
  throw new HmsError('NAME_INVALID', 'A name is 1 to 100 characters in one line.', { kept: 'Nothing was changed.' });
}

function scopesOf(texts: readonly string[]): Scope[] {
  return texts.map((text) => {
    const scope = Scope.safeParse(text);
    if (scope.success) return scope.data;
    throw new HmsError('USAGE', `"${text}" is not a scope.`, { kept: 'Nothing was made.', next: `Write one of: ${allScopes.join(', ')}.` });
  });
}
