/** How the screens' own files are served, the same by the window's scheme and by the loopback host. */

/** What a page of ours may load and do: nothing from elsewhere, no inline script or style, and no text that becomes script (Trusted Types). */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types hms',
].join('; ');

/** Headers of every answer. */
export const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=()',
} as const;

const mediaTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
  txt: 'text/plain; charset=utf-8',
};

/** A file of the screens, as it is asked for. */
export interface ScreenFile {
  /** Path below the folder of the screens, with slashes; has no `..`, no empty part, and only plain characters. */
  readonly path: string;
  readonly type: string;
  /** Its name has a hash of its content, so that it never changes. */
  readonly immutable: boolean;
}

/**
 * The file that a path of an address means; null for one that is none of ours. A path without an extension is a place in the screens, which `index.html` finds
 * by itself. What could leave the folder, in any spelling, is refused rather than tidied.
 */
export function screenFileOf(pathname: string): ScreenFile | null {
  const parts = pathname.split('/').slice(1);
  if (!pathname.startsWith('/')) return null;
  const last = parts.at(-1) ?? '';
  const dot = last.lastIndexOf('.');
  // Names of datasets have dots and stand in addresses of screens; files of ours have one of the endings above.
  const type = dot < 0 ? undefined : mediaTypes[last.slice(dot + 1)];
  if (parts.some((part) => isLeaving(part))) return null;
  if (type === undefined) return looksLikeFile(parts) ? null : { path: 'index.html', type: mediaTypes['html'] ?? '', immutable: false };
  if (!parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part))) return null;
  return { path: parts.join('/'), type, immutable: parts[0] === 'assets' && /[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/.test(last) };
}

/** Headers of a file of the screens. */
export function screenHeaders(file: ScreenFile): Record<string, string> {
  return { ...securityHeaders, 'content-type': file.type, 'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache' };
}

function isLeaving(part: string): boolean {
  const plain = decoded(part);
  return plain === null || plain === '.' || plain === '..' || /[/\\\0]/.test(plain);
}

/** Built files stand in `assets`; what is asked for there and is none of ours is missing, not a place in the screens. */
function looksLikeFile(parts: readonly string[]): boolean {
  return parts[0] === 'assets';
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
