import { describe, expect, it } from 'vitest';
import { findings, type RuleCases, typedLint } from './lint-text.ts';

const unused = '@typescript-eslint/no-unused-vars';

const directions: RuleCases = {
  rule: 'hms/import-directions',
  refused: [
    { file: 'src/contract/x.ts', code: "import '../core/y.ts';", says: /contract imports zod only/ },
    { file: 'src/contract/x.ts', code: "import 'node:fs';", says: /contract imports zod only/ },
    { file: 'src/contract/x.ts', code: "import 'commander';", says: /contract imports zod only/ },
    { file: 'src/core/x.ts', code: "import 'zod';", says: /core imports contract and itself only/ },
    { file: 'src/core/x.ts', code: "import 'node:crypto';", says: /core imports contract and itself only/ },
    { file: 'src/core/x.ts', code: "import type { Y } from '../engine/y.ts';", says: /core imports contract and itself only/ },
    { file: 'src/engine/x.ts', code: "import '../cli/y.ts';", says: /engine imports contract and core only/ },
    { file: 'src/engine/x.ts', code: "import '../verify/y.ts';", says: /engine imports contract and core only/ },
    { file: 'src/engine/ingest/x.ts', code: "import '../../verify/index.ts';", says: /engine imports contract and core only/ },
    { file: 'src/engine/x.ts', code: "import 'react';", says: /renderer only/ },
    { file: 'src/engine/x.ts', code: "import 'vitest';", says: /not in "dependencies"/ },
    { file: 'src/engine/x.ts', code: "import 'fs';", says: /write node:fs/ },
    { file: 'src/engine/x.ts', code: "import '../../test/builders/lake.ts';", says: /nothing from outside src/ },
    { file: 'src/verify/x.ts', code: "import '../engine/lake/index.ts';", says: /shares its bugs/ },
    { file: 'src/verify/x.ts', code: "export { y } from '../engine/open.ts';", says: /shares its bugs/ },
    { file: 'src/verify/x.ts', code: "export * from '../engine/open.ts';", says: /shares its bugs/ },
    { file: 'src/verify/x.ts', code: "export const y = () => import('../engine/open.ts');", says: /shares its bugs/ },
    { file: 'src/verify/x.ts', code: "export type Y = import('../engine/open.ts').Y;", says: /shares its bugs/ },
    { file: 'src/sdk/x.ts', code: "import '../cli/y.ts';", says: /sdk imports engine and verify/ },
    { file: 'src/cli/x.ts', code: "import '../main/y.ts';", says: /cli imports engine, verify and host/ },
    { file: 'src/cli/x.ts', code: "import '../sdk/index.ts';", says: /cli imports engine, verify and host/ },
    { file: 'src/host/x.ts', code: "import '../cli/y.ts';", says: /host imports engine and verify/ },
    { file: 'src/host/x.ts', code: "import 'electron/main';", says: /electron is used in main and preload only/ },
    { file: 'src/main/x.ts', code: "import '../host/index.ts';", says: /main imports contract only/ },
    { file: 'src/main/x.ts', code: "import '../engine/open.ts';", says: /main imports contract only/ },
    { file: 'src/main/x.ts', code: "import '../core/y.ts';", says: /main imports contract only/ },
    { file: 'src/preload/x.ts', code: "import '../main/y.ts';", says: /preload imports contract only/ },
    { file: 'src/preload/x.ts', code: "import 'zod';", says: /preload imports contract only/ },
    { file: 'src/renderer/x.tsx', code: "import '../engine/open.ts';", says: /renderer imports contract and itself/ },
    { file: 'src/renderer/x.ts', code: "import '../core/y.ts';", says: /renderer imports contract and itself/ },
    { file: 'src/renderer/x.ts', code: "import 'node:path';", says: /renderer imports contract and itself/ },
    { file: 'src/elsewhere/x.ts', code: "import '../core/y.ts';", says: /is not a layer/ },
  ],
  allowed: [
    { file: 'src/contract/x.ts', code: "import 'zod'; import './y.ts'; import './wire/z.ts';" },
    { file: 'src/core/x.ts', code: "import '../contract/ids.ts'; import './merkle.ts';" },
    { file: 'src/engine/x.ts', code: "import 'node:path'; import 'zod'; import '../core/y.ts'; import '../contract/ids.ts';" },
    { file: 'src/engine/audit/x.ts', code: "import '../../verify/index.ts';" },
    { file: 'src/verify/x.ts', code: "import 'node:path'; import 'yauzl'; import '../core/y.ts'; import '../contract/ids.ts';" },
    { file: 'src/sdk/x.ts', code: "import '../engine/open.ts'; import '../verify/index.ts';" },
    { file: 'src/cli/x.ts', code: "import 'commander'; import '../engine/open.ts'; import '../verify/index.ts';" },
    { file: 'src/main/x.ts', code: "import 'electron/main'; import 'node:path'; import '../contract/wire/port.ts';" },
    { file: 'src/preload/x.ts', code: "import 'electron/renderer'; import '../contract/ids.ts';" },
    { file: 'src/renderer/x.tsx', code: "import 'react'; import '../contract/ids.ts'; import './ui/button.tsx';" },
    { file: 'test/unit/x.ts', code: "import '../../src/engine/lake/store.ts'; import 'vitest';" },
    { file: 'bench/x.ts', code: "import '../src/engine/open.ts';" },
  ],
};

const engineFolders: RuleCases = {
  rule: 'hms/import-directions',
  refused: [
    { file: 'src/engine/ingest/x.ts', code: "import '../datasets/index.ts';", says: /folders of engine do not import one another/ },
    { file: 'src/engine/ingest/x.ts', code: "import type { Y } from '../catalog/index.ts';", says: /folders of engine do not import one another/ },
    { file: 'src/engine/releases/deep/x.ts', code: "import '../../package/index.ts';", says: /folders of engine do not import one another/ },
    { file: 'src/engine/ingest/x.ts', code: "import '../lake/store.ts';", says: /import the folder's index\.ts/ },
    { file: 'src/engine/ingest/x.ts', code: "import '../lake/durable.ts';", says: /import the folder's index\.ts/ },
    { file: 'src/engine/ingest/x.ts', code: "import '../open.ts';", says: /wire things together/ },
    { file: 'src/engine/ingest/x.ts', code: "import '../api/index.ts';", says: /folders of engine do not import one another/ },
    { file: 'src/engine/ingest/x.ts', code: "import { systemClock } from '../clock.ts';", says: /time and chance are passed in/ },
    { file: 'src/engine/ingest/x.ts', code: "import { type Clock } from '../clock.ts';", says: /time and chance are passed in/ },
    { file: 'src/engine/lake/x.ts', code: "import { type CopyJob } from '../workers/copy.ts';", says: /never imported/ },
    { file: 'src/engine/lake/x.ts', code: "import '../keys/index.ts';", says: /lies below/ },
    { file: 'src/engine/open.ts', code: "import './catalog/migrations.ts';", says: /import the folder's index\.ts/ },
    { file: 'src/engine/api/x.ts', code: "import '../catalog/migrations.ts';", says: /import the folder's index\.ts/ },
    { file: 'src/engine/api/x.ts', code: "import '../open.ts';", says: /wire things together/ },
    { file: 'src/engine/open.ts', code: "import './workers/copy.ts';", says: /never imported/ },
    { file: 'src/engine/workers/x.ts', code: "import '../lake/store.ts';", says: /import the folder's index\.ts/ },
    { file: 'src/engine/workers/x.ts', code: "import '../catalog/index.ts';", says: /folders of engine do not import one another/ },
    { file: 'src/cli/x.ts', code: "import '../engine/lake/store.ts';", says: /import the folder's index\.ts/ },
    { file: 'src/cli/x.ts', code: "import type { Job } from '../engine/workers/copy.ts';", says: /import the folder's index\.ts/ },
    { file: 'src/sdk/x.ts', code: "import '../engine/datasets/service.ts';", says: /import the folder's index\.ts/ },
  ],
  allowed: [
    { file: 'src/engine/ingest/x.ts', code: "import './y.ts'; import '../lake/index.ts'; import '../../core/y.ts'; import '../../contract/y.ts';" },
    { file: 'src/engine/ingest/x.ts', code: "import type { Clock } from '../clock.ts';" },
    { file: 'src/engine/lake/x.ts', code: "import type { Clock } from '../clock.ts'; import './durable.ts';" },
    { file: 'src/engine/lake/x.ts', code: "import type { CopyJob } from '../workers/copy.ts';" },
    { file: 'src/engine/lake/x.ts', code: "new Worker(new URL('../workers/copy.ts', import.meta.url));" },
    { file: 'src/engine/workers/copy.ts', code: "import '../lake/durable.ts'; import '../lake/index.ts'; import { systemClock } from '../clock.ts';" },
    { file: 'src/engine/open.ts', code: "import './lake/index.ts'; import './catalog/index.ts'; import './clock.ts'; import './api/index.ts';" },
    { file: 'src/engine/api/x.ts', code: "import '../ingest/index.ts'; import '../lake/index.ts'; import '../clock.ts';" },
    { file: 'src/cli/x.ts', code: "import '../engine/open.ts'; import '../engine/clock.ts'; import '../engine/lake/index.ts';" },
  ],
};

const ownedPackages: RuleCases = {
  rule: 'hms/import-directions',
  refused: [
    { file: 'src/engine/lake/x.ts', code: "import 'better-sqlite3';", says: /engine\/catalog only/ },
    { file: 'src/cli/x.ts', code: "import 'better-sqlite3';", says: /engine\/catalog only/ },
    { file: 'src/engine/catalog/x.ts', code: "import 'duckdb';", says: /engine\/query only/ },
    { file: 'src/engine/cubes/x.ts', code: "import '@duckdb/node-bindings';", says: /engine\/query only/ },
    { file: 'src/engine/releases/x.ts', code: "import 'archiver';", says: /engine\/package only/ },
    { file: 'src/engine/x.ts', code: "import 'electron';", says: /main and preload only/ },
    { file: 'src/engine/x.ts', code: "export const load = () => import('electron/main');", says: /main and preload only/ },
    { file: 'src/cli/x.ts', code: "import 'electron';", says: /main and preload only/ },
    { file: 'src/renderer/x.ts', code: "import 'electron/renderer';", says: /main and preload only/ },
    { file: 'src/engine/x.ts', code: "import 'react-dom/client';", says: /renderer only/ },
  ],
  allowed: [
    { file: 'src/engine/catalog/x.ts', code: "import 'better-sqlite3';" },
    { file: 'src/engine/query/x.ts', code: "import 'duckdb';" },
    { file: 'src/engine/package/x.ts', code: "import 'archiver';" },
    { file: 'src/main/x.ts', code: "import 'electron'; import 'electron/main';" },
    { file: 'src/preload/x.ts', code: "import 'electron/renderer';" },
    { file: 'src/renderer/x.ts', code: "import 'react-dom/client';" },
  ],
};

const writes = (code: string, says: RegExp) => ({ file: 'src/engine/ingest/x.ts', code, says });
const durableWrites: RuleCases = {
  rule: 'hms/durable-writes',
  refused: [
    ...['writeFile', 'rename', 'rm', 'unlink', 'mkdir', 'link', 'copyFile', 'utimes', 'truncate', 'mkdtemp'].map((name) =>
      writes(`import { ${name} } from 'node:fs/promises'; await ${name}();`, new RegExp(`^${name} changes files: only src/engine/lake/durable\\.ts`)),
    ),
    writes("import { writeFileSync } from 'node:fs'; writeFileSync('a', 'b');", /writeFileSync changes files/),
    writes("import { rename as move } from 'node:fs/promises'; await move('a', 'b');", /rename changes files/),
    writes("import { createWriteStream } from 'node:fs'; createWriteStream('a');", /createWriteStream changes files/),
    writes("import fs from 'node:fs'; fs.rmSync('a');", /rmSync changes files/),
    writes("import * as fs from 'node:fs'; fs.rmSync('a');", /rmSync changes files/),
    writes("import * as fs from 'node:fs/promises'; await fs['rename']('a', 'b');", /rename changes files/),
    writes("import fs from 'node:fs'; await fs.promises.unlink('a');", /unlink changes files/),
    writes("import { promises } from 'node:fs'; await promises.unlink('a');", /unlink changes files/),
    writes("import fs from 'node:fs'; const { rename } = fs; rename();", /import what you read with by name/),
    writes("import fs from 'node:fs'; export const use = (name: string) => fs[name];", /import what you read with by name/),
    writes("import fs from 'node:fs'; use(fs);", /import what you read with by name/),
    writes("import fs from 'fs'; fs.rmSync('a');", /rmSync changes files/),
    writes("const fs = await import('node:fs'); fs.rmSync('a');", /import what you read with by name/),
    writes("const fs = require('node:fs'); fs.rmSync('a');", /import what you read with by name/),
    writes("process.getBuiltinModule('fs').rmSync('a');", /import what you read with by name/),
    writes("export { rename } from 'node:fs/promises';", /import what you read with by name/),
    writes("export * from 'node:fs/promises';", /import what you read with by name/),
    writes("import { open } from 'node:fs/promises'; await open('a', 'w');", /only with 'r'/),
    writes("import { open } from 'node:fs/promises'; await open('a', 'r+');", /only with 'r'/),
    writes("import { open } from 'node:fs/promises'; export const use = (flag: string) => open('a', flag);", /only with 'r'/),
    writes("import { open } from 'node:fs/promises'; export const use = { open };", /only with 'r'/),
    writes("import { openSync } from 'node:fs'; openSync('a', 'a');", /only with 'r'/),
    writes("import { constants, openSync } from 'node:fs'; openSync('a', constants.O_RDONLY | constants.O_CREAT);", /only with 'r'/),
    writes("import fs from 'node:fs'; fs.openSync('a', 'wx');", /only with 'r'/),
    writes("import { createReadStream } from 'node:fs'; createReadStream('a', { flags: 'w+' });", /only with 'r'/),
    writes("import { readFile } from 'node:fs/promises'; await readFile('a', { flag: 'a+' });", /only with 'r'/),
    { file: 'src/engine/lake/store.ts', code: "import { renameSync } from 'node:fs'; renameSync('a', 'b');", says: /renameSync/ },
    { file: 'src/engine/workers/copy.ts', code: "import { openSync } from 'node:fs'; openSync('a', 'w');", says: /only with 'r'/ },
    { file: 'src/verify/x.ts', code: "import { rm } from 'node:fs/promises'; await rm('a');", says: /rm changes files/ },
    { file: 'src/cli/x.ts', code: "import { writeFile } from 'node:fs/promises'; await writeFile('a', 'b');", says: /writeFile/ },
  ],
  allowed: [
    { file: 'src/engine/lake/durable.ts', code: "import { open, rename } from 'node:fs/promises'; async function f() { await open('a', 'wx'); await rename('a', 'b'); }" },
    { file: 'src/engine/x.ts', code: "import { lstat, readFile, readdir, realpath } from 'node:fs/promises'; use(lstat, readFile, readdir, realpath);" },
    { file: 'src/engine/x.ts', code: "import { open } from 'node:fs/promises'; async function f() { await open('a'); await open('a', 'r'); }" },
    { file: 'src/engine/x.ts', code: "import { open } from 'node:fs'; open('a', (error, fd) => use(error, fd));" },
    { file: 'src/engine/x.ts', code: "import { constants, openSync } from 'node:fs'; openSync('a', constants.O_RDONLY | constants.O_NOFOLLOW);" },
    { file: 'src/engine/x.ts', code: "import fs from 'node:fs'; fs.readFileSync('a', { flag: 'r' }); async function f() { await fs.promises.stat('a'); }" },
    { file: 'src/engine/x.ts', code: "import { type FileHandle, createReadStream } from 'node:fs'; export const use = (h: FileHandle) => createReadStream(h);" },
    { file: 'src/engine/x.ts', code: "import type { WriteStream } from 'node:fs'; export type Out = WriteStream;" },
    { file: 'src/engine/x.ts', code: "import type * as fs from 'node:fs'; export type Rename = typeof fs.rename;" },
    { file: 'test/unit/x.ts', code: "import { writeFile } from 'node:fs/promises'; await writeFile('a', 'b');" },
  ],
};

const signing: RuleCases = {
  rule: 'hms/signing-owner',
  refused: [
    { file: 'src/engine/package/x.ts', code: "import { sign } from 'node:crypto'; use(sign);", says: /src\/engine\/keys only/ },
    { file: 'src/engine/lake/x.ts', code: "import { createSign as make } from 'node:crypto'; use(make);", says: /src\/engine\/keys only/ },
    { file: 'src/engine/lake/x.ts', code: "import crypto from 'node:crypto'; crypto.sign(null, data, key);", says: /src\/engine\/keys only/ },
    { file: 'src/engine/lake/x.ts', code: "import * as c from 'node:crypto'; c.createSign('sha256');", says: /src\/engine\/keys only/ },
    { file: 'src/cli/x.ts', code: 'await crypto.subtle.sign(alg, key, data);', says: /src\/engine\/keys only/ },
    { file: 'src/verify/x.ts', code: "import { webcrypto } from 'node:crypto'; await webcrypto.subtle.sign(alg, key, data);", says: /src\/engine\/keys only/ },
    { file: 'src/engine/x.ts', code: "export { sign } from 'node:crypto';", says: /src\/engine\/keys only/ },
  ],
  allowed: [
    { file: 'src/engine/keys/station.ts', code: "import { createSign, sign } from 'node:crypto'; use(sign, createSign);" },
    { file: 'src/engine/keys/cms.ts', code: 'async function f() { await crypto.subtle.sign(alg, key, data); }' },
    { file: 'src/verify/x.ts', code: "import { createVerify, verify } from 'node:crypto'; use(verify, createVerify);" },
    { file: 'src/engine/lake/x.ts', code: 'async function f() { await station.sign(bytes); }' },
  ],
};

const clock: RuleCases = {
  rule: 'hms/injected-clock',
  refused: [
    { file: 'src/core/x.ts', code: 'use(Date.now());', says: /^Date\.now: only src\/engine\/clock\.ts may ask/ },
    { file: 'src/core/x.ts', code: 'use({ now: Date.now });', says: /^Date\.now/ },
    { file: 'src/core/x.ts', code: 'const { now } = Date; use(now);', says: /^Date\.now/ },
    { file: 'src/engine/x.ts', code: 'use(globalThis.Date.now());', says: /^Date\.now/ },
    { file: 'src/engine/x.ts', code: 'use(new Date());', says: /^new Date\(\)/ },
    { file: 'src/engine/x.ts', code: 'use(Date());', says: /^Date\(\)/ },
    { file: 'src/contract/x.ts', code: 'use(Math.random());', says: /^Math\.random/ },
    { file: 'src/engine/x.ts', code: "import { randomBytes } from 'node:crypto'; use(randomBytes(8));", says: /^randomBytes/ },
    { file: 'src/engine/x.ts', code: "import { randomUUID as id } from 'node:crypto'; use(id());", says: /^randomUUID/ },
    { file: 'src/engine/x.ts', code: "import crypto from 'node:crypto'; use(crypto.randomInt(9));", says: /^randomInt/ },
    { file: 'src/engine/x.ts', code: "import { webcrypto } from 'node:crypto'; use(webcrypto.getRandomValues(b));", says: /^getRandomValues/ },
    { file: 'src/cli/x.ts', code: 'use(crypto.randomUUID());', says: /^randomUUID/ },
    { file: 'src/verify/x.ts', code: 'use(globalThis.crypto.getRandomValues(b));', says: /^getRandomValues/ },
    { file: 'src/engine/keys/x.ts', code: 'use(new Date());', says: /^new Date\(\)/ },
  ],
  allowed: [
    { file: 'src/engine/clock.ts', code: "import { randomUUID } from 'node:crypto'; use(Date.now(), new Date(), randomUUID(), Math.random());" },
    { file: 'src/core/x.ts', code: "use(new Date('2024-07-30T23:59:59Z'), Date.UTC(2024, 6, 30), Date.parse(text));" },
    { file: 'src/core/x.ts', code: 'export const f = (clock: Clock) => use(clock.now(), clock.random(), Math.floor(1.5));' },
    { file: 'src/engine/x.ts', code: "import { createHash } from 'node:crypto'; use(createHash('sha256'), performance.now(), ids.randomUUID());" },
    { file: 'test/unit/x.ts', code: 'use(Date.now(), Math.random());' },
  ],
};

const moduleState: RuleCases = {
  rule: 'hms/module-state',
  refused: [
    { file: 'src/engine/x.ts', code: 'let count = 0; use(() => (count += 1));', says: /no state at module level/ },
    { file: 'src/core/x.ts', code: 'export let last: string | null = null; last = next();', says: /no state at module level/ },
    { file: 'src/cli/x.ts', code: 'const seen = new Map<string, number>(); use(seen);', says: /no state at module level/ },
    { file: 'src/engine/x.ts', code: 'export const open = new Set();', says: /no state at module level/ },
  ],
  allowed: [
    { file: 'src/engine/x.ts', code: 'export function count() { let n = 0; const seen = new Map(); for (let i = 0; i < 3; i += 1) n += use(seen, i); return n; }' },
    { file: 'src/core/x.ts', code: "export const codes = new Map([['E001', 'inventory']]); for (let i = 0; i < 3; i += 1) use(i);" },
    { file: 'test/unit/x.ts', code: 'let count = 0; use(() => (count += 1));' },
  ],
};

const skipReason: RuleCases = {
  rule: 'hms/skip-reason',
  refused: [
    { file: 'test/unit/x.test.ts', code: "import { it } from 'vitest'; it.skip('a', () => {});", says: /say why/ },
    { file: 'test/unit/x.test.ts', code: "import { describe } from 'vitest'; describe.skipIf(root)('a', () => {});", says: /say why/ },
    { file: 'test/unit/x.test.ts', code: "import { test } from 'vitest'; test.runIf(root)('a', () => {});", says: /say why/ },
    { file: 'test/unit/x.test.ts', code: "import { it } from 'vitest'; it.todo('a');", says: /say why/ },
    { file: 'test/unit/x.test.ts', code: "import { it } from 'vitest'; it('a', (ctx) => { ctx.skip(); });", says: /say why/ },
    { file: 'test/unit/x.test.ts', code: "import { it } from 'vitest'; it('a', ({ skip }) => skip());", says: /say why/ },
  ],
  allowed: [
    { file: 'test/unit/x.test.ts', code: "import { it } from 'vitest'; it('a', (ctx) => { ctx.skip('openssl is missing'); });" },
    { file: 'test/unit/x.test.ts', code: "import { it } from 'vitest'; it('a', (ctx) => { ctx.skip(!root, 'not root'); });" },
    { file: 'test/unit/x.test.ts', code: "import { it } from 'vitest'; it.each([1])('a', () => {});" },
    { file: 'test/unit/x.test.ts', code: 'reader.skip(4);' },
  ],
};

const untypedRules: RuleCases[] = [
  directions,
  engineFolders,
  ownedPackages,
  durableWrites,
  signing,
  clock,
  moduleState,
  skipReason,
  {
    rule: '@typescript-eslint/no-explicit-any',
    refused: [{ file: 'src/core/x.ts', code: 'export const f = (x: any) => use(x);' }],
    allowed: [{ file: 'src/core/x.ts', code: 'export const f = (x: unknown) => use(x);' }],
  },
  {
    rule: '@typescript-eslint/ban-ts-comment',
    refused: [
      { file: 'src/core/x.ts', code: '// @ts-ignore: it works\nuse(1);' },
      { file: 'src/core/x.ts', code: '// @ts-nocheck\nuse(1);' },
      { file: 'test/unit/x.ts', code: '// @ts-expect-error\nuse(1);' },
    ],
    allowed: [{ file: 'test/unit/x.ts', code: '// @ts-expect-error: a readable lake cannot write\nuse(1);' }],
  },
  {
    rule: '@typescript-eslint/no-import-type-side-effects',
    refused: [{ file: 'src/core/x.ts', code: "import { type Y } from './y.ts'; export const f = (y: Y) => use(y);" }],
    allowed: [
      { file: 'src/core/x.ts', code: "import type { Y } from './y.ts'; export const f = (y: Y) => use(y);" },
      { file: 'src/core/x.ts', code: "import { type Y, z } from './y.ts'; export const f = (y: Y) => use(y, z);" },
    ],
  },
  {
    rule: 'no-empty',
    refused: [{ file: 'src/core/x.ts', code: 'try { use(1); } catch {}' }],
    allowed: [{ file: 'src/core/x.ts', code: 'try { use(1); } catch { /* Gone already: somebody else finished it. */ }' }],
  },
];

/** Imports whose names are not used are beside the point here. */
const withoutUnused = (found: string[]) => found.filter((line) => !line.startsWith(unused));

describe.each(untypedRules)('$rule', ({ rule, refused, allowed }) => {
  it.each(refused)('refuses in $file: $code', async ({ file, code, says }) => {
    const found = withoutUnused(await findings(file, code)).filter((line) => line.startsWith(`${rule}: `));
    expect(found).not.toEqual([]);
    if (says !== undefined) expect(found[0]?.slice(rule.length + 2)).toMatch(says);
  });

  it.each(allowed)('lets pass in $file: $code', async ({ file, code }) => {
    expect(withoutUnused(await findings(file, code))).toEqual([]);
  });
});

it.each(['await use(1);', 'const a = await use(1); use(a);', 'export const a = await use(1);', 'for await (const a of use(1)) use(a);'])('no module waits while it is loaded: %s', async (code) => {
  expect(await findings('src/cli/x.ts', code)).toContain('no-restricted-syntax: no await at the top of a module: put it into a function, and call that.');
});

it('takes no notice of comments in src that switch a rule off', async () => {
  const found = await findings('src/core/x.ts', '// eslint-disable-next-line hms/injected-clock\nuse(Date.now());');
  expect(found.some((line) => line.startsWith('hms/injected-clock: '))).toBe(true);
});

describe('rules that need types', () => {
  const eslint = typedLint('src/core');
  const typed: RuleCases[] = [
    {
      rule: '@typescript-eslint/no-floating-promises',
      refused: [{ file: 'src/core/no-such-file.ts', code: 'async function f(): Promise<void> {}\nexport function g() { f(); }' }],
      allowed: [{ file: 'src/core/no-such-file.ts', code: 'async function f(): Promise<void> {}\nexport async function g() { await f(); }' }],
    },
    {
      rule: '@typescript-eslint/no-misused-promises',
      refused: [{ file: 'src/core/no-such-file.ts', code: 'export const f = (p: Promise<boolean>) => { if (p) return 1; return 2; };' }],
      allowed: [{ file: 'src/core/no-such-file.ts', code: 'export const f = async (p: Promise<boolean>) => { if (await p) return 1; return 2; };' }],
    },
    {
      rule: '@typescript-eslint/switch-exhaustiveness-check',
      refused: [{ file: 'src/core/no-such-file.ts', code: "export function f(x: 'a' | 'b') { switch (x) { case 'a': return 1; } return 2; }" }],
      allowed: [{ file: 'src/core/no-such-file.ts', code: "export function f(x: 'a' | 'b') { switch (x) { case 'a': return 1; case 'b': return 2; } }" }],
    },
    {
      rule: '@typescript-eslint/no-unsafe-assignment',
      refused: [{ file: 'src/core/no-such-file.ts', code: "export const x = JSON.parse('1');" }],
      allowed: [{ file: 'src/core/no-such-file.ts', code: "export const x: unknown = JSON.parse('1');" }],
    },
  ];

  it.each(typed)('$rule refuses one and lets its twin pass', async ({ rule, refused, allowed }) => {
    for (const { file, code } of refused) expect((await findings(file, code, eslint)).map((line) => line.split(': ')[0])).toContain(rule);
    for (const { file, code } of allowed) expect(await findings(file, code, eslint)).toEqual([]);
  });
});
