/** Addresses of screens as plain links, for what leads from one feature to another. */
export const places = {
  intake: (dataset: string) => `#/intake/${encodeURIComponent(dataset)}`,
  export: (ref: string) => `#/export/${encodeURIComponent(ref)}`,
  verify: () => '#/verify',
} as const;

/** Goes to such an address. */
export function go(place: string): void {
  window.location.hash = place.slice(1);
}
