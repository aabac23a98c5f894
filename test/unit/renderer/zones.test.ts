import { describe, expect, it } from 'vitest';
import { officeZones, zoneOf, zoneWords } from '../../../src/renderer/features/start/zones.ts';

describe('the zone of a new lake', () => {
  it('is that of this computer, which is among those to choose from', () => {
    for (const here of ['America/Chicago', 'Europe/Berlin', 'America/Indiana/Knox']) {
      expect(zoneOf(here)).toBe(here);
      expect(officeZones(here).filter((zone) => zone === here)).toHaveLength(1);
    }
    expect(officeZones('Europe/Berlin')[0]).toBe('Europe/Berlin');
  });

  it.each(['Etc/UTC', 'Etc/Unknown', 'GMT', '', undefined])('is UTC where the system says %j', (told) => {
    expect(zoneOf(told)).toBe('UTC');
    expect(officeZones(zoneOf(told)).filter((zone) => /UTC|Etc/.test(zone))).toEqual(['UTC']);
  });

  it('is said in words, with its place', () => {
    expect(zoneWords('America/New_York', 'en-US')).toBe('Eastern Time, New York');
    expect(zoneWords('America/Los_Angeles', 'en-US')).toBe('Pacific Time, Los Angeles');
    expect(zoneWords('UTC', 'en-US')).toBe('UTC');
    expect(new Set(officeZones('UTC').map((zone) => zoneWords(zone, 'en-US'))).size).toBe(11);
  });
});
