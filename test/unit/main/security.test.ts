import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, screenFileOf } from '../../../src/contract/screens.ts';
import { engineEnvironment, isOurs, isPermitted, isTrusted, mayLoad, schemes, switches, windowOptions } from '../../../src/main/security.ts';

describe('the settings of the window', () => {
  it('are all set, also where they are the default', () => {
    expect(windowOptions('/out/preload/index.cjs', { width: 1_280, height: 800 })).toEqual({
      width: 1_280,
      height: 800,
      minWidth: 800,
      minHeight: 600,
      show: false,
      title: 'HMS-DTA',
      webPreferences: {
        preload: '/out/preload/index.cjs',
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        safeDialogs: true,
      },
    });
  });

  it('name nothing that opens the page', () => {
    const { webPreferences } = windowOptions('/p', { width: 1, height: 1 });
    for (const key of ['webSecurity', 'allowRunningInsecureContent', 'experimentalFeatures', 'enableBlinkFeatures', 'disableBlinkFeatures', 'enableWebSQL', 'enablePreferredSizeMode']) expect(webPreferences).not.toHaveProperty(key);
  });

  it('the scheme is standard and secure, and nothing beyond', () => {
    expect(schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }]);
  });

  it('switches keep Chromium from calling anyone', () => {
    const names = switches.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(['disable-background-networking', 'disable-component-update', 'disable-sync', 'host-resolver-rules']));
    expect(names).not.toEqual(expect.arrayContaining(['no-sandbox']));
    expect(names.join(' ')).not.toMatch(/no-sandbox|disable-web-security|remote-debugging/);
  });

  it('the policy of the page allows neither inline nor eval nor anything from elsewhere', () => {
    expect(contentSecurityPolicy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types hms",
    );
  });
});

describe('what a page may do', () => {
  it.each(['app://hms/', 'app://hms/index.html', 'app://hms/api/dta/datasets?x=1', 'data:image/png;base64,AA', 'blob:app://hms/1-2'])('%s may be loaded', (address) => {
    expect(mayLoad(address, false)).toBe(true);
  });

  it.each([
    ...['http://127.0.0.1/', 'https://example.gov/', 'ws://127.0.0.1/', 'file:///etc/passwd', 'ftp://x/', 'javascript:alert(1)', 'data:text/html,x', 'blob:https://x/1', 'about:blank', 'devtools://devtools/x', 'chrome://gpu'],
    ...['app://evil/', 'app://hms.evil/', 'app://hms:80/', 'app://user@hms/', 'app://', 'hms', ''],
  ])('%s may not be loaded', (address) => {
    expect(mayLoad(address, false)).toBe(false);
    expect(isOurs(address)).toBe(false);
  });

  it('the developer tools may be loaded in development only', () => {
    expect(mayLoad('devtools://devtools/bundled/x.js', true)).toBe(true);
    expect(mayLoad('https://example.gov/', true)).toBe(false);
  });

  it('only writing text to the clipboard is permitted, and only to our page', () => {
    expect(isPermitted('clipboard-sanitized-write', 'app://hms/')).toBe(true);
    expect(isPermitted('clipboard-sanitized-write', 'https://example.gov/')).toBe(false);
    for (const permission of ['clipboard-read', 'media', 'geolocation', 'notifications', 'midi', 'pointerLock', 'fullscreen', 'openExternal', 'display-capture', 'hid', 'serial', 'usb', 'fileSystem', 'unknown', '__proto__', 'constructor', 'toString']) {
      expect([permission, isPermitted(permission, 'app://hms/')]).toEqual([permission, false]);
    }
  });

  it('a message counts from the top frame of our page only', () => {
    expect(isTrusted('hms:reveal', { url: 'app://hms/', parent: null })).toBe(true);
    expect(isTrusted('reveal', { url: 'app://hms/', parent: null })).toBe(false);
    expect(isTrusted('hms:reveal', null)).toBe(false);
    expect(isTrusted('hms:reveal', undefined)).toBe(false);
    expect(isTrusted('hms:reveal', { url: 'app://hms/', parent: {} })).toBe(false);
    for (const url of ['', 'about:blank', 'https://example.gov/', 'file:///x', 'app://evil/']) expect(isTrusted('hms:reveal', { url, parent: null })).toBe(false);
  });

  it('the engine gets folders and a language, and nothing that could load code into it', () => {
    const given = { HOME: '/home/ana', HMS_PROFILE: '/p', NODE_OPTIONS: '--require /evil.js', ELECTRON_RUN_AS_NODE: '1', LD_PRELOAD: '/evil.so', DYLD_INSERT_LIBRARIES: 'x', NODE_EXTRA_CA_CERTS: 'x', Path: 'C:\\Windows', AWS_SECRET: 'x' };
    expect(engineEnvironment(given)).toEqual({ HOME: '/home/ana', HMS_PROFILE: '/p', Path: 'C:\\Windows' });
  });
});

describe('files of the screens', () => {
  it.each([
    ['/', 'index.html', false],
    ['/index.html', 'index.html', false],
    ['/datasets/WF-2024-07', 'index.html', false],
    ['/assets/main-1a2b3c4d.js', 'assets/main-1a2b3c4d.js', true],
    ['/assets/main-B_x9-2Qa.css', 'assets/main-B_x9-2Qa.css', true],
    ['/favicon.svg', 'favicon.svg', false],
  ])('%s is %s', (address, path, immutable) => {
    expect(screenFileOf(address)).toMatchObject({ path, immutable });
  });

  it.each(['', 'index.html', '/../x.js', '/%2e%2e/x.js', '/a/..%2fx.js', '/a%5c..%5cx.js', '/%00.js', '/%', '//x.js', '/.env.js', '/assets/', '/assets/x', '/assets/x.map', '/assets/x.exe', '/a b.js', '/C:/x.js', '/x.js:stream.txt'])('%s is none', (address) => {
    expect(screenFileOf(address)).toBeNull();
  });

  it('every type is told, and none is guessed', () => {
    expect(screenFileOf('/assets/a-12345678.js')?.type).toBe('text/javascript; charset=utf-8');
    expect(screenFileOf('/assets/a-12345678.woff2')?.type).toBe('font/woff2');
  });
});

describe('the source', () => {
  it('opens nothing outside, and exposes no raw messages', () => {
    const preload = readFileSync(new URL('../../../src/preload/index.ts', import.meta.url), 'utf8');
    expect(preload.split('\n').length).toBeLessThan(80);
    expect(preload).not.toMatch(/exposeInMainWorld\([^)]*ipcRenderer|ipcRenderer\s*[,}]\s*\)/);
    for (const file of ['app', 'dialogs', 'guards', 'scheme', 'security', 'supervisor']) {
      expect(readFileSync(new URL(`../../../src/main/${file}.ts`, import.meta.url), 'utf8')).not.toMatch(/openExternal\(|openPath\(|executeJavaScript|crashReporter|autoUpdater|loadFile\(|file:\/\//);
    }
  });
});
