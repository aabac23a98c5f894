import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../../src/renderer/styles/tokens.css', import.meta.url), 'utf8');

/** Tokens of the first :root block, as they are written. */
const tokens = new Map([...(css.split('@media')[0] ?? '').matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name ?? '', (value ?? '').trim()]));

function colorOf(value: string, theme: 'light' | 'dark'): string {
  const pair = /^light-dark\((.+),\s*(.+)\)$/.exec(value);
  if (pair !== null) return colorOf((theme === 'light' ? pair[1] : pair[2]) ?? '', theme);
  const other = /^var\(--([\w-]+)\)$/.exec(value);
  if (other !== null) return colorOf(tokens.get(other[1] ?? '') ?? `no token ${other[1]}`, theme);
  return value;
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ratio(a: string, b: string, theme: 'light' | 'dark'): number {
  const [one, other] = [a, b].map((name) => colorOf(tokens.get(name) ?? `no token ${name}`, theme));
  for (const color of [one, other]) expect(color, `${a} on ${b}`).toMatch(/^#[0-9a-f]{6}$/);
  const [dark = 0, light = 0] = [luminance(one ?? ''), luminance(other ?? '')].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['frame', 'surface', 'sunken', 'raised', 'hover', 'pressed', 'selected', 'selected-2'];
const softs = ['ok-soft', 'warn-soft', 'bad-soft', 'info-soft'];
const on = (text: string, ...names: readonly string[]): [string, string][] => names.map((ground) => [text, ground]);

/** Words: 4.5:1. */
const words: [string, string][] = [
  ...on('text', ...grounds, ...softs),
  ...on('text-2', ...grounds, ...softs),
  ...on('link', 'frame', 'surface', 'sunken', 'raised', 'hover', 'selected', 'selected-2', ...softs),
  ...on('accent', 'frame', 'surface', 'sunken', 'raised'),
  ...on('on-accent', 'accent-fill', 'accent-fill-hover'),
  ...on('ok', 'surface', 'sunken', 'raised', 'hover', 'ok-soft'),
  ...on('warn', 'surface', 'sunken', 'raised', 'hover', 'selected', 'warn-soft'),
  ...on('bad', 'surface', 'sunken', 'raised', 'hover', 'selected', 'bad-soft'),
  ...on('info', 'surface', 'sunken', 'raised', 'info-soft'),
  ...on('code-key', 'surface', 'code-line'),
  ...on('code-str', 'surface', 'code-line'),
  ...on('code-num', 'surface', 'code-line'),
  ...on('code-note', 'surface', 'code-line'),
  ...on('code-time', 'surface', 'code-line'),
  // A tip: ink and paper changed over.
  ...on('surface', 'text'),
];

/** Edges, marks, rings, and words of what is off: 3:1. */
const marks: [string, string][] = [
  ...on('line-ctl', 'frame', 'surface', 'sunken', 'raised', 'hover', 'selected'),
  ...on('focus', ...grounds, ...softs),
  ...on('accent', 'hover', 'pressed', 'selected', 'selected-2', 'track'),
  ...on('accent-fill', 'surface', 'sunken', 'raised', 'frame'),
  ...on('text-off', 'frame', 'surface', 'sunken', 'raised'),
  ...on('ok', 'frame', 'selected'),
  ...on('warn', 'frame'),
  ...on('bad', 'frame'),
  ...on('info', 'frame', 'selected'),
  ...['viz-1', 'viz-2', 'viz-3', 'viz-4', 'viz-5', 'viz-6', 'seq-1', 'seq-2', 'seq-3'].flatMap((name) => on(name, 'surface')),
];

describe.each(['light', 'dark'] as const)('colors of the %s theme', (theme) => {
  it.each(words)('words in %s can be read on %s', (text, ground) => {
    expect(ratio(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(marks)('a mark in %s can be seen on %s', (mark, ground) => {
    expect(ratio(mark, ground, theme)).toBeGreaterThanOrEqual(3);
  });
});

it('at least 115 pairs are measured in each theme', () => {
  expect(new Set([...words, ...marks].map((pair) => pair.join(' on '))).size).toBeGreaterThanOrEqual(115);
});

it('the measure is that of WCAG', () => {
  tokens.set('ink', '#000000').set('paper', '#ffffff').set('gray', '#767676');
  expect(ratio('ink', 'paper', 'light')).toBe(21);
  expect(ratio('gray', 'paper', 'light')).toBeCloseTo(4.54, 2);
});
