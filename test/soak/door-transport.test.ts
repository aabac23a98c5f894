import { describeTransport } from '../suites/door-transport.ts';
import { transports } from '../suites/transports.ts';

/** The same as in the fast tests, with a GiB where they pass 256 MiB. */
for (const [name, open] of Object.entries(transports)) describeTransport(name, open, 1_073_741_824);
