/** A browser for the tests, or why there is none. */
export function findBrowser(): { readonly path: string } | { readonly reason: string };
