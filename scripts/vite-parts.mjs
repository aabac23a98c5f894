import { fileURLToPath } from 'node:url';

/** zod as the pages get it: it asks whether it may use `new Function` when the first schema is made, so it is told before (src/renderer/zod-jitless.ts). */
export const zodForPages = { find: /^zod$/, replacement: fileURLToPath(new URL('../src/renderer/zod-jitless.ts', import.meta.url)) };

/** The words of react-aria in 33 languages that the screens do not speak: a third of its weight, and every page would load them. */
export function englishOnly() {
  return {
    name: 'english-only',
    load: {
      filter: { id: /[\\/]intl[\\/](?:[\w-]+[\\/])?(?!en-US)[a-z]{2}-[A-Z]{2}\.mjs$/ },
      handler: () => 'export default {};',
    },
  };
}
