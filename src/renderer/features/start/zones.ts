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

/** The zones to choose from; that of this computer is among them. */
export function officeZones(here: string): readonly string[] {
  return standard.some((zone) => zone === here) ? standard : [here, ...standard];
}
