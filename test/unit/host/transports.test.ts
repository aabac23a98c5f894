import { describeTransport } from '../../suites/door-transport.ts';
import { transports } from '../../suites/transports.ts';

for (const [name, open] of Object.entries(transports)) describeTransport(name, open);
