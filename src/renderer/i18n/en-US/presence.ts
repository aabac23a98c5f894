/** Words of who else works in the lake, and of a lake whose disk or share does not answer. */
export const presence = {
  title: 'At work now',
  who: '{{account}} at station {{station}}',
  station: 'Station {{station}}',
  in: {
    idle: '{{who}} has the lake open, at rest since {{at}}',
    verifying: '{{who}} is verifying since {{at}}',
    exporting: '{{who}} is exporting since {{at}}',
    importing: '{{who}} is importing since {{at}}',
    transforming: '{{who}} is making a version since {{at}}',
    committing: '{{who}} is committing since {{at}}',
    ingesting: '{{who}} is ingesting since {{at}}',
  },
  into: {
    transforming: '{{account}} is making a version of {{dataset}} since {{at}} at station {{station}}',
    committing: '{{account}} is committing {{dataset}} since {{at}} at station {{station}}',
    ingesting: '{{account}} is ingesting into {{dataset}} since {{at}} at station {{station}}',
  },
  someone: 'Somebody',
  others_one: '{{count}} other station',
  others_other: '{{count}} other stations',
  both: 'Each of the two has a draft of its own. Who commits second is told where both changed the same file, and keeps the draft.',
  away: {
    title: 'The disk or share has not answered since {{since}}',
    asOf: 'What is shown is as of {{at}}. Nothing is lost: what was committed and what was staged is kept.',
    goesOn: 'Work waits and goes on by itself when it answers again. {{next}}',
    check: 'Check the cable, the network or the share.',
  },
} as const;
