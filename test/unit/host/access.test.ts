import { describe, expect, it } from 'vitest';
import { routes } from '../../../src/contract/api/index.ts';
import { accessRules, isDoorPath } from '../../../src/host/access.ts';
import type { Asked } from '../../../src/host/access.ts';

const token = 'Zm9vYmFyYmF6cXV4';
const judge = accessRules(8100, token, Object.values(routes));
const asked = (changes: Partial<Asked> = {}): Asked => ({ method: 'GET', path: '/dta/datasets', host: '127.0.0.1:8100', origin: undefined, authorization: `Bearer ${token}`, ...changes });
const code = (changes: Partial<Asked>): string | null => {
  const judged = judge(asked(changes));
  return judged === null ? null : 'code' in judged ? judged.code : `the token ${judged.token} is to be judged`;
};

it('what looks like the token of another program is handed on to be judged, and nothing else is', () => {
  expect(code({ authorization: 'Bearer aa.bb.cc' })).toBe('the token aa.bb.cc is to be judged');
  for (const authorization of ['Bearer aa.bb', 'Bearer aa.bb.cc.dd', 'Basic aa.bb.cc', 'Bearer ..', 'Bearer aa.b b.cc']) expect(code({ authorization })).toBe('TOKEN_REFUSED');
  expect(code({ authorization: 'Bearer aa.bb.cc', host: 'evil.test' })).toBe('HOST_REFUSED');
});

it.each<[string | undefined, string, boolean]>([
  [undefined, 'The request has no token.', false],
  ['', 'The request has no token.', false],
  ['Basic YWJj', 'The header "Authorization" is not of the kind Bearer, so the request has no token.', false],
  ['Bearer ', 'The header "Authorization: Bearer" has no token behind that word.', false],
  ['Bearer aa.bb.', 'The token is not signed: nothing stands behind its second point. Tokens without a signature are not taken.', true],
  ['bearer aa.bb', 'The token is not a JSON Web Token: that has three parts with points between them. It may have been cut off.', true],
  ['Bearer aa.bb.c c', 'The token has blanks or line ends in it: a token is one word.', true],
  ['Bearer "aa.bb.cc"', 'The token has characters that no token has.', true],
  ['Bearer x', 'The token is not that of this run of the program.', true],
])('the authorization "%s" is refused with its reason', (authorization, detail, isBadToken) => {
  expect(judge(asked({ authorization }))).toMatchObject({ status: 401, detail, ...(isBadToken ? { isBadToken: true } : {}) });
});

describe('who may ask over the loopback port', () => {
  it.each(['127.0.0.1:8100', 'localhost:8100', 'LOCALHOST:8100'])('the host %s is answered', (host) => {
    expect(code({ host })).toBeNull();
  });

  it.each([undefined, '', '127.0.0.1', 'localhost', '127.0.0.1:8101', 'evil.test:8100', 'localhost.evil.test:8100', '127.0.0.1:8100.evil.test', '[::1]:8100', '0.0.0.0:8100', '127.0.0.1:8100@evil.test', ' 127.0.0.1:8100'])('the host %s is refused', (host) => {
    expect(code({ host })).toBe('HOST_REFUSED');
    expect(code({ host, path: '/' })).toBe('HOST_REFUSED');
  });

  it.each([undefined, 'http://127.0.0.1:8100'])('the origin %s is answered', (origin) => {
    expect(code({ origin })).toBeNull();
  });

  it.each(['null', '', 'http://127.0.0.1:8101', 'https://127.0.0.1:8100', 'http://localhost:8100', 'http://evil.test', 'app://hms', 'http://127.0.0.1:8100.evil.test'])('the origin "%s" is refused, with a token too', (origin) => {
    expect(code({ origin })).toBe('HOST_REFUSED');
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Bearer x', `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Bearer ${token} ${token}`, token])('the authorization "%s" is refused', (authorization) => {
    for (const path of ['/dta/datasets', '/api/dta/datasets', '/requests/7', '/events', '/openapi.json', '/metrics', '/api/nothing', '/api', '/dta']) expect(code({ authorization, path })).toBe('TOKEN_REFUSED');
  });

  it('files of the screens and links need no token', () => {
    for (const path of ['/', '/index.html', '/assets/main-1a2b3c4d.js', '/datasets/WF-2024-07', '/dta/links/abc', '/api/dta/links/abc']) expect(code({ authorization: undefined, path })).toBeNull();
    expect(code({ authorization: undefined, path: '/dta/links/abc', method: 'HEAD' })).toBeNull();
  });

  it('a link opens nothing but itself', () => {
    for (const path of ['/dta/links', '/dta/links/', '/dta/links/a/b', '/dta/linksx/a', '/api/api/dta/links/a']) expect(code({ authorization: undefined, path })).toBe('TOKEN_REFUSED');
    expect(code({ authorization: undefined, path: '/dta/links/abc', method: 'POST' })).toBe('TOKEN_REFUSED');
  });

  it('every path of the door is known as one', () => {
    for (const { path } of Object.values(routes)) expect([isDoorPath(path), isDoorPath(`/api${path}`)]).toEqual([true, true]);
    for (const path of ['/', '/apix', '/dtax/y', '/assets/dta']) expect(isDoorPath(path)).toBe(false);
  });
});
