import { describe, expect, it } from 'vitest';
import { commandOf, commandTable, keyWords, shortcuts } from '../../../src/renderer/app/commands.ts';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe('commands', () => {
  it('are found by their keys, with Command for Ctrl on a Mac', () => {
    expect(commandOf(press('p', { ctrlKey: true }), false)).toBe('palette');
    expect(commandOf(press('p', { metaKey: true }), true)).toBe('palette');
    expect(commandOf(press('p', { ctrlKey: true }), true)).toBe(null);
    expect(commandOf(press('V', { ctrlKey: true, shiftKey: true }), false)).toBe('verify');
  });

  it('are none where other keys are held too', () => {
    expect(commandOf(press('p', { ctrlKey: true, altKey: true }), false)).toBe(null);
    expect(commandOf(press('p'), false)).toBe(null);
  });

  it('never have a single letter for a shortcut', () => {
    for (const keys of Object.values(shortcuts)) expect(keys.mod === true || keys.alt === true).toBe(true);
  });

  it('never share their keys', () => {
    const words = Object.values(shortcuts).map((keys) => keyWords(keys, false));
    expect(new Set(words).size).toBe(words.length);
  });

  it('mean what was said last, and again what was said before when that is gone', () => {
    const table = commandTable(false);
    const ran: string[] = [];
    table.add('find', () => ran.push('page'));
    const gone = table.add('find', () => ran.push('dialog'));
    table.run('find');
    gone();
    table.run('find');
    expect(ran).toEqual(['page', 'dialog'].toReversed());
    expect(table.run('export')).toBe(false);
  });
});
