import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { extractAll, listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HelperName } from '../../src/contract/helper-process.ts';
import { helperOf } from '../../src/main/helpers.ts';
import { electronChannel, utilityStandIn } from '../builders/utility-process.ts';

/** What is packed, looked at without Electron: a folder with two small files stands in for it, and Node 24 runs the packed engine. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const scripts = new URL('../../scripts/', import.meta.url).href;
const { bundle } = (await import(`${scripts}bundle.mjs`)) as { bundle: () => Promise<void> };
const { fileOf, writeLicenses } = (await import(`${scripts}licenses.mjs`)) as { fileOf: (one: { name: string; version: string }) => string; writeLicenses: () => string[] };
const { buildWindow, isWindowBuilt } = (await import(`${scripts}window.mjs`)) as { buildWindow: () => Promise<{ text: string; errors: number }>; isWindowBuilt: () => boolean };
const { tool } = (await import(`${scripts}places.mjs`)) as { tool: Record<string, string> };

const folder = mkdtempSync(join(tmpdir(), 'hms-package-'));
const unpacked = join(folder, 'out', 'linux-unpacked');
const resources = join(unpacked, 'resources');
const app = join(folder, 'app');
let packed: string[] = [];

const isLinux = process.platform === 'linux' && process.arch === 'x64';
const reason = 'the stand-in for Electron is made for Linux x64 only';

beforeAll(async () => {
  if (!existsSync(join(root, 'out', 'bundle', 'window-engine.cjs'))) await bundle();
  if (!isWindowBuilt()) expect(await buildWindow()).toEqual({ text: '', errors: 0 });
  writeLicenses();
  if (!isLinux) return;
  const electron = join(folder, 'electron');
  mkdirSync(electron);
  writeFileSync(join(electron, 'electron'), '#!/bin/sh\n');
  chmodSync(join(electron, 'electron'), 0o755);
  writeFileSync(join(electron, 'version'), '45.4.1');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tool['electronBuilder'] ?? '', '--linux', 'dir', '--x64', '--publish', 'never', '--config', 'electron-builder.yml', `-c.electronDist=${electron}`, `-c.directories.output=${join(folder, 'out')}`],
    { cwd: root, encoding: 'utf8' },
  );
  expect(status, stdout + stderr).toBe(0);
  packed = listPackage(join(resources, 'app.asar'), { isPack: false }).map((path) => path.replaceAll('\\', '/').replace(/^\//, ''));
  extractAll(join(resources, 'app.asar'), app);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('has the built parts, and the binaries of this system outside the archive', (ctx) => {
    ctx.skip(!isLinux, reason);
    expect(packed).toEqual(expect.arrayContaining(['package.json', 'out/main/index.js', 'out/preload/index.cjs', 'out/bundle/window-engine.cjs', 'out/bundle/thread.cjs', 'out/bundle/child.cjs', 'out/bundle/probe.cjs', 'out/bundle/copy.cjs']));
    const binaries = globSync('**/*.{node,so}', { cwd: join(resources, 'app.asar.unpacked') }).map((file) => basename(file)).sort();
    expect(binaries).toEqual(['duckdb.node', 'libduckdb.so', 'linux-x64.node']);
  });

  it('has no tests, no sources, no source maps, and nothing that only development needs', (ctx) => {
    ctx.skip(!isLinux, reason);
    expect(packed.filter((path) => /\.(map|ts|tsx|mts|cts)$/.test(path))).toEqual([]);
    expect(packed.filter((path) => /^(src|test|bench|scripts|docs|node_modules\/\.cache)(\/|$)/.test(path))).toEqual([]);
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
    const modules = new Set(packed.map((path) => /^node_modules\/((@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? ''));
    expect(Object.keys(devDependencies).filter((name) => modules.has(name) && !(name in dependencies))).toEqual([]);
    for (const name of ['electron', 'node', 'react', 'vitest', 'typescript', 'electron-updater']) expect([name, modules.has(name)]).toEqual([name, false]);
    expect(existsSync(join(resources, 'app-update.yml'))).toBe(false);
  });

  it('has the licence of every package in it, and of every one that is joined into the screens', (ctx) => {
    ctx.skip(!isLinux, reason);
    const licenses = new Set(readdirSync(join(resources, 'LICENSES')));
    const modules = packed.filter((path) => /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path)).map((path) => JSON.parse(readFileSync(join(app, path), 'utf8')) as { name: string; version: string });
    expect(modules.length).toBeGreaterThan(50);
    expect(modules.map(fileOf).filter((file) => !licenses.has(file))).toEqual([]);
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'zod', 'package.json'), 'utf8')) as { version: string };
    const zod = readFileSync(join(resources, 'LICENSES', `zod@${version}.txt`), 'utf8');
    expect(zod).toContain('Permission is hereby granted, free of charge');
    expect(readFileSync(join(resources, 'LICENSES', 'INDEX.txt'), 'utf8')).toContain(`zod ${version}: MIT (zod@${version}.txt)`);
    // The words of passphrases stand in the source and are none of a package.
    expect(readFileSync(join(resources, 'LICENSES', 'eff-large-wordlist@2016.txt'), 'utf8')).toContain('https://creativecommons.org/licenses/by/3.0/us/legalcode');
    // Nothing of another system's, and none without a word on its licence.
    for (const file of licenses) if (file !== 'INDEX.txt') expect(readFileSync(join(resources, 'LICENSES', file), 'utf8')).toMatch(/^\S+ \S+\nLicence: (?!not said)\S/);
  });

  it('has an engine that opens SQLite and DuckDB out of the packed files', { timeout: 90_000 }, (ctx) => {
    ctx.skip(!isLinux, reason);
    const hms = (...args: readonly string[]): string =>
      execFileSync(process.execPath, [join(app, 'out', 'bundle', 'hms.cjs'), 'dta', ...args], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', HMS_PROFILE: join(folder, 'profile'), HMS_LAKE: join(folder, 'lake') } });
    writeFileSync(join(folder, 'a.csv'), 'station,temp\nS1,20\nS2,31\n');
    hms('init', join(folder, 'lake'), '--zone', 'UTC');
    expect(hms('ingest', 'PACK', 'a.csv', '--quiet')).toBe('PACK:v1\n');
    hms('transform', 'csv_filter', 'PACK:v1', '--where', 'CAST(temp AS INTEGER) > 25', '-m', 'Hot only');
    expect(hms('cat', 'PACK:v2', 'a.csv')).toBe('station,temp\nS2,31\n');
  });
});

describe('a packed process that the main process starts', () => {
  /** Starts it as Electron would, sends it `order` where there is one, and gives its first answer. */
  async function firstAnswer(name: HelperName, order?: object): Promise<unknown> {
    const { port1, port2 } = electronChannel();
    const child = utilityStandIn(pathToFileURL(helperOf(name, join(app, 'out', 'bundle')).file));
    const answered = new Promise<unknown>((resolve, reject) => {
      port2.on('message', ({ data }) => resolve(data));
      child.on('exit', (code) => reject(new Error(`It ended with code ${code}.`)));
    });
    port2.start();
    child.on('spawn', () => {
      child.postMessage(null, [port1]);
      if (order !== undefined) port2.postMessage(order);
    });
    try {
      return await answered;
    } finally {
      child.kill();
    }
  }

  it('finds the engine by the port that it is handed: the query process is ready', async (ctx) => {
    ctx.skip(!isLinux, reason);
    expect(await firstAnswer('query')).toEqual({ is: 'ready', version: expect.stringMatching(/^v1\.5\./) as string });
  });

  it('finds the engine by the port that it is handed: the probe wins where nobody races', async (ctx) => {
    ctx.skip(!isLinux, reason);
    const place = join(folder, 'race');
    mkdirSync(join(place, 'target'), { recursive: true });
    expect(await firstAnswer('probe', { folder: place, name: 'a', rounds: 5 })).toEqual({ result: { rounds: 5, won: [0, 1, 2, 3, 4], refusals: {} } });
  });
});

describe('what is built', () => {
  it('the preload is one small file that requires nothing but electron', () => {
    const text = readFileSync(join(root, 'out', 'preload', 'index.cjs'), 'utf8');
    expect([...text.matchAll(/\brequire\(([^)]*)\)/g)].map((match) => match[1])).toEqual(['"electron/renderer"']);
    expect(statSync(join(root, 'out', 'preload', 'index.cjs')).size).toBeLessThan(4_096);
  });

  it('only the main process and the preload know Electron', () => {
    const knows = globSync('out/{bundle,main,preload}/**/*.{js,cjs,mjs}', { cwd: root }).filter((file) => /(require\(|from )["']electron/.test(readFileSync(join(root, file), 'utf8')));
    expect(knows.map((file) => file.replaceAll('\\', '/')).sort()).toEqual(['out/main/index.js', 'out/preload/index.cjs']);
  });

  it('the fuses of what is handed out are set', () => {
    const text = readFileSync(join(root, 'electron-builder.release.yml'), 'utf8');
    const fuses = Object.fromEntries([...text.matchAll(/^ {2}(\w+): (true|false)$/gm)].map((match) => [match[1] ?? '', match[2] === 'true']));
    expect(fuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
      enableCookieEncryption: true,
    });
  });

  it('the icon is a square of 512 with a clear ground, drawn from our own SVG', () => {
    const png = readFileSync(join(root, 'resources', 'icon.png'));
    // Signature; width, height, bits and colour type of IHDR (PNG, section 11.2.1).
    expect([png.subarray(1, 4).toString('latin1'), png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual(['PNG', 512, 512, 8, 6]);
    expect(png.length).toBeLessThan(60_000);
    expect(readFileSync(join(root, 'resources', 'icon.svg'), 'utf8')).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  });

  it('better-sqlite3 was not compiled here: a stale build would take the place of the one that is packed', () => {
    expect(existsSync(join(root, 'node_modules', 'better-sqlite3', 'build'))).toBe(false);
  });
});
