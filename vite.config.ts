import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/** The screens speak one language; react-aria brings its few words in thirty-four, which would be a tenth of what a page loads. */
const oneLanguage: Plugin = {
  name: 'one-language',
  load: {
    filter: { id: /[\\/]react-(?:aria|aria-components|stately)[\\/].*[\\/]intl[\\/](?:.*[\\/])?(?!en-US)[a-z]{2}-[A-Z]{2}\.m?js$/ },
    handler: () => 'export default {};',
  },
};

/** zod as the pages get it: it asks whether it may use `new Function` when the first schema is made, so it is told before. */
const zodForPages = { find: /^zod$/, replacement: fileURLToPath(new URL('src/renderer/zod-jitless.ts', import.meta.url)) };

/** The screens: one set of files that the window (app://hms) and the loopback host serve alike. Addresses in them are relative to where they stand. */
export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [react(), oneLanguage],
  resolve: { alias: [zodForPages] },
  build: {
    outDir: '../../out/renderer',
    emptyOutDir: true,
    target: 'chrome148',
    // The polyfill would be an inline script, which the policy of the pages refuses.
    modulePreload: { polyfill: false },
    // Small pictures stay files too: what a page loads can be seen in its folder.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // zod and the line that tells it to build no functions stand in one file, which is run before any schema is made.
          groups: [{ name: 'zod', test: /node_modules[\\/]zod[\\/]|zod-jitless/ }],
        },
      },
    },
  },
});
