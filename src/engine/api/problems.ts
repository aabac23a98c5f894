import { CancelledError, HmsError } from '../../contract/index.ts';
import { DoorError, problemType, statusOf, titleOf } from '../../contract/api/index.ts';
import type { Problem, ProblemCode } from '../../contract/api/index.ts';
import { codeOf, placeError } from '../lake/index.ts';

/** Errors as they go out: RFC 9457. */

/** `instance`: id of the request. Whatever is not expected is a BUG, and tells nothing of the inside. */
export function problemOf(raised: unknown, instance: string | null = null): Problem {
  const error = isOfThePlace(raised) ? placeError(raised, 'What was asked for', 'Nothing that is committed is changed.') : raised;
  if (error instanceof HmsError) return made(error.code, error.message, error.kept ?? null, error.next ?? null, error.facts, instance);
  if (error instanceof DoorError) return made(error.code, error.message, error.kept, error.next, error.facts, instance);
  if (error instanceof CancelledError) return made('CANCELLED', 'It was cancelled.', error.kept, null, {}, instance);
  return made('BUG', 'Something went wrong in this program that should not have.', 'What the lake held is still there: nothing that is committed is ever changed.', 'Try again. If it happens again, report it with the id of this request.', {}, instance);
}

/** The response that tells a problem. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(problem), { status: problem.status, headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' } });
}

function made(code: ProblemCode, detail: string, kept: string | null, next: string | null, facts: Readonly<Record<string, unknown>>, instance: string | null): Problem {
  return { type: problemType(code), title: titleOf(code), status: statusOf(code), detail, code, kept, next, facts: plain(facts), instance };
}

/** Facts may hold what JSON cannot: such a member is left out. */
function plain(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(facts, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))) as Record<string, unknown>;
}

/** A disk that is full or read-only, or a catalog that cannot be written, wherever that is met: nobody's bug. */
function isOfThePlace(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS'].includes(codeOf(error)) || (error instanceof Error && error.name === 'CatalogError');
}
