import { createContext, useContext, useEffect } from 'react';
import type { MenuCommand } from '../../contract/window-host.ts';

/** Ids of all commands: the window's menu, the palette, shortcuts and docs use the same ones. */
export type CommandId = MenuCommand | 'view.theme' | 'view.density' | 'palette';

/** Keys of a command. `mod` is Ctrl, or Command on a Mac. No single letters: they would be pressed by speech input and by mistake (WCAG 2.1.4). */
export interface Keys {
  readonly mod?: boolean;
  readonly shift?: boolean;
  readonly alt?: boolean;
  /** `KeyboardEvent.key`, lower case. */
  readonly key: string;
}

export const shortcuts: Readonly<Partial<Record<CommandId, Keys>>> = {
  palette: { mod: true, key: 'p' },
  'lake.open': { mod: true, key: 'o' },
  'go.home': { alt: true, key: '1' },
  'go.datasets': { alt: true, key: '2' },
  'go.ledger': { alt: true, key: '3' },
  'go.back': { alt: true, key: 'arrowleft' },
  intake: { mod: true, key: 'i' },
  export: { mod: true, key: 'e' },
  verify: { mod: true, shift: true, key: 'v' },
  find: { mod: true, key: 'f' },
  'help.shortcuts': { mod: true, key: '/' },
};

/** The command whose keys were pressed; null for none. */
export function commandOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>, mac: boolean): CommandId | null {
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (other) return null;
  for (const [id, keys] of Object.entries(shortcuts)) {
    if (keys.key === event.key.toLowerCase() && (keys.mod ?? false) === mod && (keys.alt ?? false) === event.altKey && (keys.shift ?? false) === event.shiftKey) return id as CommandId;
  }
  return null;
}

/** `Ctrl Shift V`, or `⌘ ⇧ V` on a Mac. */
export function keyWords(keys: Keys, mac: boolean): string {
  const key = keys.key === 'arrowleft' ? '←' : keys.key.toUpperCase();
  return [keys.mod === true ? (mac ? '⌘' : 'Ctrl') : null, keys.alt === true ? (mac ? '⌥' : 'Alt') : null, keys.shift === true ? (mac ? '⇧' : 'Shift') : null, key].filter((part) => part !== null).join(' ');
}

/** What commands do on the screen that is open. A screen adds its own while it is there. */
export interface Commands {
  run(id: CommandId): boolean;
  /** Whether it means something on the screen that is open. */
  has(id: CommandId): boolean;
  add(id: CommandId, run: () => void): () => void;
  readonly mac: boolean;
}

export const CommandContext = createContext<Commands>({ run: () => false, has: () => false, add: () => () => undefined, mac: false });
export const useCommands = (): Commands => useContext(CommandContext);

/** Commands by id; the one that was added last runs. */
export function commandTable(mac: boolean): Commands {
  const table = new Map<CommandId, (() => void)[]>();
  return {
    mac,
    run: (id) => {
      const run = table.get(id)?.at(-1);
      run?.();
      return run !== undefined;
    },
    has: (id) => (table.get(id) ?? []).length > 0,
    add: (id, run) => {
      table.set(id, [...(table.get(id) ?? []), run]);
      return () => table.set(id, (table.get(id) ?? []).filter((one) => one !== run));
    },
  };
}

/** Gives a command its meaning as long as the part that calls this is there. `run` must keep its identity (`useCallback`). */
export function useCommand(id: CommandId, run: () => void): void {
  const commands = useCommands();
  useEffect(() => commands.add(id, run), [commands, id, run]);
}
