import { expect, test as base } from '@playwright/test';
import type { Page } from '@playwright/test';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';

export { expect };

interface Fixtures {
  readonly program: Program;
  /** Errors of the page, of its console and of its policy. At the end there must be none; a test that ends the engine takes out what it caused. */
  readonly bad: string[];
}

export const test = base.extend<Fixtures>({
  program: async ({}, use) => {
    const program = await startProgram();
    await use(program);
    await program.end();
  },
  bad: [
    async ({ page, program: _ }, use) => {
      const bad: string[] = [];
      await listen(page, bad);
      await use(bad);
      // Before the program ends: a page that is left behind would tell of the lost connection.
      await page.close();
      expect(bad).toEqual([]);
    },
    { auto: true },
  ],
});

/** Questions that the door answers by a refusal, which the browser notes by itself: there is no draft. */
const expected = [/\/api\/dta\/drafts\/[^/]+(\/changes\S*)?$/];

/** Collects what goes wrong in a page. */
export async function listen(page: Page, bad: string[]): Promise<void> {
  page.on('pageerror', (error) => bad.push(`page: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const { url } = message.location();
    if (message.text().startsWith('Failed to load resource') && expected.some((pattern) => pattern.test(url))) return;
    bad.push(`console: ${message.text()} ${url}`);
  });
  await page.exposeFunction('tellPolicy', (words: string) => bad.push(`policy: ${words}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
      (window as unknown as { tellPolicy(words: string): void }).tellPolicy(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
    });
  });
}
