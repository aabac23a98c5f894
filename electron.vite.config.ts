import { existsSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { englishOnly, zodForPages } from './scripts/vite-parts.mjs';

// The engine and the command line are joined by scripts/bundle.mjs to out/bundle, the same for the window and for plain Node.
const screens = existsSync('src/renderer/index.html');

export default defineConfig({
  main: {
    build: { outDir: 'out/main', target: 'node24', minify: false, sourcemap: false, externalizeDeps: { exclude: ['zod'] }, rolldownOptions: { input: { index: 'src/main/index.ts' } } },
  },
  preload: {
    // Sandboxed: one file of CommonJS that requires nothing but electron.
    build: { outDir: 'out/preload', target: 'node24', minify: false, sourcemap: false, externalizeDeps: false, rolldownOptions: { input: { index: 'src/preload/index.ts' }, output: { format: 'cjs', entryFileNames: '[name].cjs' } } },
  },
  ...(screens
    ? {
        renderer: {
          root: 'src/renderer',
          plugins: [react(), englishOnly()],
          resolve: { alias: [zodForPages] },
          build: { outDir: 'out/renderer', emptyOutDir: true, target: 'chrome148', sourcemap: false, rolldownOptions: { input: 'src/renderer/index.html' } },
        },
      }
    : {}),
});
