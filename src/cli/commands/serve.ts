import { routes } from '../../contract/api/index.ts';
import { HmsError } from '../../contract/index.ts';
import { systemClock } from '../../engine/clock.ts';
import { profileFolder } from '../../engine/keys/index.ts';
import { homeFolder, listen, logFile, logInto, newToken, openDoorHere, openInBrowser, screensFolder, writeOpeningPage, writeTokenFile } from '../../host/index.ts';
import type { Loopback } from '../../host/index.ts';
import { answer, remark } from '../session.ts';
import type { Session } from '../session.ts';

interface ServeOptions {
  readonly ui?: boolean;
  readonly open?: boolean;
  readonly port?: number;
}

/** How long work that is under way may take to come to a place where it can be left, ms. */
const DRAIN = 20_000;
/** How long answers that are being sent may take then, ms. */
const LAST_ANSWERS = 2_000;

/** Serves the door until the session is asked to stop. */
export async function serve(session: Session, _: readonly [], { ui, open, port = 0 }: ServeOptions): Promise<void> {
  const withScreens = ui === true || open === true;
  if (session.lake === null && !withScreens) {
    throw new HmsError('USAGE', 'No lake is named, so there is nothing to serve.', { next: 'Name its folder with --lake DIR or in HMS_LAKE; or serve the screens with --ui, which let one be chosen.' });
  }
  const profile = profileFolder(process.env);
  const log = logInto(logFile(profile, 'serve'));
  const door = await openDoorHere({ profile, log, home: homeFolder(process.env), ...(session.lake === null ? {} : { lake: session.lake }), localPaths: false });
  const token = newToken(systemClock);
  let loopback: Loopback | null = null;
  try {
    loopback = await listen({ fetch: (request, caller) => door.fetch(request, caller), admit: (jwt) => door.admit(jwt), routes: Object.values(routes), token, port, screens: withScreens ? screensFolder() : null, log });
    const file = await writeTokenFile(profile, loopback.port, token, systemClock);
    try {
      const url = withScreens ? `${loopback.origin}/#token=${token}` : `${loopback.origin}/`;
      await answer(session, { url, api: `${loopback.origin}/dta`, tokenFile: file.path }, [withScreens ? `The screens:  ${url}` : `Listening:    ${loopback.origin}/dta`, `Token:        ${file.path}`]);
      await session.out.flush();
      if (open === true) await show(session, profile, url, loopback);
      await remark(session, 'Ctrl-C ends it.');
      await stopOf(session.signal);
      await remark(session, 'Work that is under way is brought to a safe place.');
      await door.drain(DRAIN);
    } finally {
      await file.remove();
    }
  } finally {
    // Together: answers that last, such as the events, end when the door closes.
    await Promise.all([loopback?.close(LAST_ANSWERS), door.close()]);
  }
}

async function show(session: Session, profile: string, url: string, { port }: Loopback): Promise<void> {
  // The browser is given a file that leads to the address: arguments of a program can be read by every account of this computer.
  const page = await writeOpeningPage(profile, port, url, systemClock);
  if (!(await openInBrowser(page.path))) await remark(session, 'There is no display here to open a browser on: use the address above.');
  session.signal.addEventListener('abort', () => void page.remove().catch(() => undefined), { once: true });
}

function stopOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
