import { z } from 'zod';
import { Instant, Sha256, TableName } from '../../contract/index.ts';
import { canonicalJson } from '../../core/index.ts';
import type { DomainMetadata } from '../../core/index.ts';

/** What the Delta log of a cube says of its last refresh, in the domain `hms.cube`, for whoever reads it without this lake's ledger, and for the next refresh. */
export const CUBE_DOMAIN = 'hms.cube';

const Refreshed = z.looseObject({
  definition: Sha256,
  instant: Instant,
  window: z.looseObject({ column: z.string(), days: z.int(), after: Instant, until: Instant }).nullable(),
  sources: z.array(z.looseObject({ name: TableName, version: z.int() })),
});
export type Refreshed = z.infer<typeof Refreshed>;

export function refreshedText({ definition, instant, window, sources }: Refreshed): string {
  return canonicalJson({ definition, instant, window: window === null ? null : { column: window.column, days: window.days, after: window.after, until: window.until }, sources: sources.map(({ name, version }) => ({ name, version })) });
}

/** Null where it says none, or says it in a way that is not known here. */
export function refreshedOf(domains: readonly DomainMetadata[]): Refreshed | null {
  const text = domains.find(({ domain }) => domain === CUBE_DOMAIN)?.configuration;
  try {
    return text === undefined ? null : (Refreshed.safeParse(JSON.parse(text)).data ?? null);
  } catch {
    return null;
  }
}
