import { defineConfig } from 'electron-vite';

// Main process and preload only. The screens have a configuration of their own (vite.config.ts), since a browser shows them too; the engine and the command
// line are joined by scripts/bundle.mjs, the same for the window and for plain Node.
export default defineConfig({
  main: {
    build: { outDir: 'out/main', target: 'node24', minify: false, sourcemap: false, externalizeDeps: { exclude: ['zod'] }, rolldownOptions: { input: { index: 'src/main/index.ts' } } },
  },
  preload: {
    // Sandboxed: one file of CommonJS that requires nothing but electron.
    build: { outDir: 'out/preload', target: 'node24', minify: false, sourcemap: false, externalizeDeps: false, rolldownOptions: { input: { index: 'src/preload/index.ts' }, output: { format: 'cjs', entryFileNames: '[name].cjs' } } },
  },
});
