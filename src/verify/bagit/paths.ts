/**
 * Whether a path in a manifest or in fetch.txt could lead out of the bag on any system, RFC 8493 section 5.1. What only another system would follow is
 * unsafe too: bags travel. Answers a part of a sentence, or null for a safe path.
 */
export function unsafePath(path: string): string | null {
  if (!path.includes('%')) return faultOf(path);
  // A careless program decodes once more than it should.
  const once = percentDecoded(path);
  for (const form of new Set([path, once, percentDecoded(once)])) {
    const fault = faultOf(form);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOf(path: string): string | null {
  if (path.includes('\0')) return 'it holds a NUL character';
  if (/(?:^|[/\\])\.\.\s*(?:[/\\]|$)/.test(path)) return 'it goes up to a parent folder ("..")';
  if (path.startsWith('/')) return 'it begins at the root of a file system';
  if (path.startsWith('\\')) return 'it begins at the root of a drive or names another computer';
  if (/^[A-Za-z]:/.test(path)) return 'it begins with a drive letter';
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(path)) return 'it is a URL';
  if (path.startsWith('~')) return 'it begins with "~", which stands for a home folder';
  if (/^\$[A-Za-z_({]|^`|^%[^%/\\]+%[/\\]/.test(path)) return 'it begins with something that a command line replaces';
  return null;
}

/** All percent codes of ASCII characters replaced; only to see where a careless program would end up. */
function percentDecoded(path: string): string {
  return path.replaceAll(/%([0-7][0-9A-Fa-f])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** A path without needless parts: `./data//a` is `data/a`. The bag's own folder is `./`, however it is written. */
export function tidyPath(path: string): string {
  if (path === '.') return './';
  if (!path.startsWith('./') && !path.includes('//') && !path.includes('/./')) return path;
  const isFolder = path.endsWith('/');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 ? './' : parts.join('/') + (isFolder ? '/' : '');
}

const codes: Readonly<Record<string, string>> = { '%0A': '\n', '%0D': '\r', '%25': '%' };

/** RFC 8493 section 2.1.3: LF, CR and "%" are percent-encoded, and nothing else is. */
export function decodedPath(path: string): string {
  return path.includes('%') ? path.replaceAll(/%(?:0A|0D|25)/gi, (found) => codes[found.toUpperCase()] ?? found) : path;
}

/** Whether a path holds a "%" that BagIt 1.0 would have written as "%25". */
export function hasLoosePercent(path: string): boolean {
  return /%(?!0A|0D|25)/i.test(path);
}

/** Names that Windows cannot write, RFC 8493 section 6.1.2. */
export function isUnportable(path: string): boolean {
  if (path.length > 255) return true;
  return path.split('/').some((part) => /[<>:"\\|?*\u0000-\u001f]|[. ]$/.test(part) || /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)/i.test(part));
}

const systemNames: ReadonlySet<string> = new Set([
  '.ds_store',
  '.apdisk',
  '.appledouble',
  '.appledb',
  '.appledesktop',
  '.documentrevisions-v100',
  '.fseventsd',
  '.lsoverride',
  '.spotlight-v100',
  '.temporaryitems',
  '.trashes',
  '.volumeicon.icns',
  'icon\r',
  '__macosx',
  'network trash folder',
  'temporary items',
  'thumbs.db',
  'thumbs.db:encryptable',
  'ehthumbs.db',
  'ehthumbs_vista.db',
  'desktop.ini',
  '$recycle.bin',
  'system volume information',
  '.directory',
]);

/** Files and folders that macOS, Windows and Linux desktops leave behind. */
export function isSystemFile(path: string): boolean {
  return path.split('/').some((part) => systemNames.has(part.toLowerCase()) || part.startsWith('._') || /^\.trash-\d+$/i.test(part) || /^\.nfs[0-9a-f]{16,}$/i.test(part));
}
