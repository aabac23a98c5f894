import { spawn } from 'node:child_process';
import { constants } from 'node:os';

// A terminal sends these to every process of its foreground group, the child included. Passed on as well they would arrive twice, and a second Ctrl-C
// usually means "stop without tidying up".
const fromTerminal = ['SIGINT', 'SIGQUIT', 'SIGHUP'];

/**
 * Runs a program with this process's input and output and then ends as it ended: with its exit code, or by the signal that killed it.
 * Signals sent to this process alone reach the program. A program that cannot be started ends this process with 127.
 */
export function becomeChild(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGTERM', ...fromTerminal]) {
    process.on(signal, () => {
      if (!(atTerminal && fromTerminal.includes(signal))) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`${command} could not be started: ${error.message}`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // Some signals do not end a Node process (SIGPIPE is ignored): then say it the way a shell does.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
  });
}

/** Goes on as another program, with its input, output and number where the system can do that; else runs it as becomeChild does. */
export function become(command, args) {
  // Windows has the function, and refuses.
  if (process.platform === 'win32' || process.execve === undefined) becomeChild(command, args);
  else process.execve(command, [command, ...args], process.env);
}
