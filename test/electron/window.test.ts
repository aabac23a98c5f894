import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, expect, test } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';

/** The window itself. Runs where Electron is on the computer; elsewhere it says that it is not. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const { installedElectron } = (await import(new URL('../../scripts/electron.mjs', import.meta.url).href)) as { installedElectron: () => string | null };
const program = installedElectron();

const reason = 'Electron is not on this computer (node_modules/electron/dist, or ELECTRON_OVERRIDE_DIST_PATH)';
if (program === null) console.log(`Skipped: ${reason}.`);
test.beforeEach(({ browserName: _ }, info) => info.skip(program === null, reason));

const folder = mkdtempSync(join(tmpdir(), 'hms-window-'));
let app: ElectronApplication;
let page: Page;

test.beforeAll(async () => {
  if (program === null) return;
  const env = Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined));
  app = await _electron.launch({ executablePath: program, args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root], env: { ...env, HMS_PROFILE: join(folder, 'profile'), HMS_HOME: join(folder, 'home') } });
  page = await app.firstWindow();
});
test.afterAll(async () => {
  if (program !== null) await app.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the page is ours, isolated, and answers come from the engine', async () => {
  await expect.poll(() => page.url()).toContain('app://hms/');
  const seen = await page.evaluate(async () => ({
    require: typeof (globalThis as { require?: unknown }).require,
    host: Object.keys((globalThis as unknown as { hms: object }).hms).sort(),
    about: (await (await fetch('/api/dta/about')).json()) as { localPaths: boolean },
  }));
  expect(seen).toMatchObject({ require: 'undefined', host: ['chooseFiles', 'chooseFolder', 'onEngine', 'onMenu', 'pathForFile', 'platform', 'reveal', 'saveAs'], about: { localPaths: true } });
});

test('nothing from elsewhere is loaded, and no other page opened', async () => {
  const told = await page.evaluate(async () => {
    const tried = await fetch('https://example.gov/').then(() => 'answered', () => 'refused');
    return [tried, (globalThis as unknown as { open(address: string): unknown }).open('https://example.gov/') === null];
  });
  expect(told).toEqual(['refused', true]);
  expect(app.windows().length).toBe(1);
});

test('a request that is aborted before its answer begins, and one in the middle, leave the others alone', async () => {
  const told = await page.evaluate(async () => {
    const before = new AbortController();
    const waiting = fetch('/api/events', { signal: before.signal }).then((response) => response.text()).then(() => 'complete', (error: Error) => error.name);
    setTimeout(() => before.abort(), 50);
    return [await waiting, (await fetch('/api/dta/about')).status];
  });
  expect(told).toEqual(['AbortError', 200]);
});

test('an engine that is killed is told of and comes back', async () => {
  const killed = await app.evaluate(({ app: electron }) => {
    const engine = electron.getAppMetrics().find(({ name }) => name === 'HMS-DTA engine');
    return engine === undefined ? false : process.kill(engine.pid, 'SIGKILL');
  });
  expect(killed).toBe(true);
  await expect.poll(async () => page.evaluate(async () => (await fetch('/api/dta/about')).status), { timeout: 15_000 }).toBe(200);
});
