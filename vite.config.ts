import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { englishOnly, zodForPages } from './scripts/vite-parts.mjs';

/** The screens: one set of files that the window (app://hms) and the loopback host serve alike. Addresses in them are relative to where they stand. */
export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [react(), englishOnly()],
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
  },
});
