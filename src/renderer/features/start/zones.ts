/** Zones of offices of the United States, from east to west, then UTC. */
const standard = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'Pacific/Honolulu',
  'America/Puerto_Rico',
  'Pacific/Guam',
  'Pacific/Pago_Pago',
  'UTC',
] as const;

/** What systems call UTC, and what they say where they do not know. */
const sameAsUtc = new Set(['Etc/UTC', 'Etc/UCT', 'Etc/GMT', 'Etc/Unknown', 'GMT', '']);

/** The zone of this computer, as the list of zones names it. `told` is what its system says. */
export function zoneOf(told: string | undefined): string {
  return told === undefined || sameAsUtc.has(told) ? 'UTC' : told;
}

/** The zones to choose from; that of this computer comes first where it is not one of the usual ones. */
export function officeZones(here: string): readonly string[] {
  return standard.some((zone) => zone === here) ? standard : [here, ...standard];
}

/** `Eastern Time, New York`; a zone that has no such name is named as it is. */
export function zoneWords(zone: string, locale: string): string {
  const place = zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone;
  if (place === zone) return zone;
  const name = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'longGeneric' }).formatToParts(0).find(({ type }) => type === 'timeZoneName')?.value;
  return name === undefined || name.startsWith('GMT') ? zone.replaceAll('_', ' ') : `${name}, ${place}`;
}
