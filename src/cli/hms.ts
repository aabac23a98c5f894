import { enableCompileCache } from 'node:module';

/** The `hms` command. Runs on import: `node src/cli/hms.ts dta …`. */

// What was compiled once need not be compiled at each start.
enableCompileCache();
void start();

async function start(): Promise<void> {
  const { runCommand } = await import('./run.ts');
  const { PROGRAM } = await import('../engine/station.ts');
  process.exitCode = await runCommand(process.argv.slice(2), PROGRAM);
}
