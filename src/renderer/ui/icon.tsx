import './icon.css';

/** Drawn on a grid of 16; a path after `|` is filled. */
const shapes = {
  mark: 'M2.5 3h11M2.5 6.3h11M2.5 9.7h11M2.5 13h11M5 3v3.3M11 6.3v3.4M5 9.7V13',
  home: 'M2.5 7.5 8 3l5.5 4.5V13h-4V9.5h-3V13h-4z',
  intake: 'M8 2.5V9M5.2 6.4 8 9.2l2.8-2.8M2.5 9.5v4h11v-4',
  dataset: 'M2.5 5 8 2.5 13.5 5v6L8 13.5 2.5 11zM2.5 5 8 7.5 13.5 5M8 7.5v6',
  export: 'M8 9V2.5M5.2 5.3 8 2.5l2.8 2.8M2.5 9v4.5h11V9',
  ledger: 'M3 3.5h.01M3 8h.01M3 12.5h.01M6 3.5h7.5M6 8h7.5M6 12.5h7.5',
  shield: 'M8 2.2 13 4v4c0 3-2.2 4.9-5 5.9C5.2 12.9 3 11 3 8V4zM5.8 8l1.6 1.6 2.9-3',
  lineage: 'M2.5 2.5h4v3h-4zM2.5 10.5h4v3h-4zM9.5 6.5h4v3h-4zM6.5 4H8v8H6.5M8 8h1.5',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  table: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3M6 8.5h4M6 11h4M8 8.5V11',
  folder: 'M2 4h4.5L8 5.5h6V13H2z',
  document: 'M3.5 2.5h6l3 3v8h-9zM9.5 2.5v3h3M5.5 8.5h5M5.5 11h3',
  find: 'M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM10 10l3.5 3.5',
  plus: 'M8 3v10M3 8h10',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5 6.5 12 13 4.5',
  dash: 'M3.5 8h9',
  down: 'M4.5 6.5 8 10l3.5-3.5',
  right: 'M6.5 4.5 10 8l-3.5 3.5',
  up: 'M4.5 9.5 8 6l3.5 3.5',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  swap: 'M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13',
  settings: 'M2.5 4.5h7M12.5 4.5h1M2.5 8h1M6.5 8h7M2.5 11.5h6M11.5 11.5h2M12.5 4.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0zM6.5 8a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0zM11.5 11.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0z',
  lake: 'M2.5 4.5c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2v7c0 1.1-2.5 2-5.5 2s-5.5-.9-5.5-2zM2.5 4.5c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2M2.5 8c0 1.1 2.5 2 5.5 2s5.500-.9 5.500-2',
  station: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  key: 'M7.9 10.8a2.700 2.700 0 1 1-5.4 0 2.700 2.700 0 0 1 5.4 0zM7.200 8.800l6-6M10.500 5.500l2 2',
  lock: 'M3.5 7h9v6.500h-9zM5.500 7V5a2.500 2.500 0 0 1 5 0v2',
  eye: 'M1.8 8C3.5 5.2 5.6 4 8 4s4.500 1.200 6.200 4C12.500 10.800 10.400 12 8 12s-4.500-1.200-6.200-4zM9.800 8a1.800 1.800 0 1 1-3.600 0 1.800 1.800 0 0 1 3.600 0z',
  tag: 'M2.500 2.500h5l6 6-5 5-6-6zM5.500 5.500h.01',
  draft: 'M10.500 2.800 13.200 5.500 6 12.700l-3.200.5.5-3.200zM9 4.300 11.700 7',
  pause: 'M5.500 3v10M10.500 3v10',
  play: '|M4.500 2.800v10.400L13 8z',
  ok: 'M13.800 8A5.800 5.800 0 1 1 2.200 8a5.800 5.800 0 0 1 11.600 0zM5.400 8.200l1.800 1.800 3.500-3.800',
  part: 'M13.500 8a5.500 5.500 0 1 1-11 0 5.500 5.500 0 0 1 11 0z|M8 2.500v11a5.500 5.500 0 0 0 0-11z',
  warn: 'M8 2.300 14.300 13.500H1.700zM8 6.500v3M8 11.500v.01',
  bad: 'M5.500 2h5L14 5.500v5L10.500 14h-5L2 10.500v-5zM6 6l4 4M10 6l-4 4',
  info: 'M3.500 2.500h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM8 7.300v3.500M8 5v.01',
  idle: 'M8 2.500a5.500 5.500 0 0 1 2.100.4M11.900 4.100A5.500 5.500 0 0 1 13.300 6.500M13.400 9A5.500 5.500 0 0 1 12.200 11.500M10.200 13A5.500 5.500 0 0 1 7.400 13.500M5 12.600A5.500 5.500 0 0 1 3.200 10.700M2.500 8.200A5.500 5.500 0 0 1 3.100 5.500M4.600 3.700A5.500 5.500 0 0 1 6.200 2.800',
  wait: 'M13.500 8a5.500 5.500 0 1 1-11 0 5.500 5.500 0 0 1 11 0zM8 5v3.200l2 1.300',
  menu: 'M2.500 4h11M2.500 8h11M2.500 12h11',
  theme: 'M13.500 8a5.500 5.500 0 1 1-11 0 5.500 5.500 0 0 1 11 0z|M8 2.500v11a5.500 5.500 0 0 1 0-11z',
} as const;

export type IconName = keyof typeof shapes;

/** A picture of the one set. It says nothing to assistive technology: words stand beside it, or the control that holds it has a name. */
export function Icon({ name, size }: { readonly name: IconName; readonly size?: 'tiny' | 'small' | 'large' }): React.ReactNode {
  const [lines, filled] = shapes[name].split('|');
  return (
    <svg className={size === undefined ? 'icon' : `icon icon-${size}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {lines === '' ? null : <path d={lines} />}
      {filled === undefined ? null : <path className="icon-filled" d={filled} />}
    </svg>
  );
}
