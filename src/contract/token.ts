import { z } from 'zod';

/** What a token allows. The token of a run of the program, which its own screens use, allows everything. */
export const scopes = ['raw:write', 'query:read', 'export:read', 'audit:read'] as const;
export const Scope = z.enum(scopes);
export type Scope = z.infer<typeof Scope>;

/** Who asks, as the host that carries a request knows it. */
export interface Caller {
  /** Name of the token. */
  readonly name: string;
  readonly scopes: readonly Scope[];
}
