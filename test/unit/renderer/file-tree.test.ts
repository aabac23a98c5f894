import { describe, expect, it } from 'vitest';
import { changesOf, nodesOf } from '../../../src/renderer/features/datasets/file-tree.ts';
import type { Difference, FileLine, FolderState } from '../../../src/renderer/features/datasets/file-tree.ts';
import type { TreeNode } from '../../../src/renderer/ui/tree-table.tsx';

const hash = 'a'.repeat(64);
const folder = (path: string) => ({ kind: 'folder', path, name: path.split('/').at(-2) ?? path, files: 2, bytes: 9 });
const file = (path: string) => ({ kind: 'file', path, name: path.split('/').at(-1) ?? '', size: 3, sha256: hash, mtime: null, since: 1 });
const differs = (kind: Difference['kind'], path: string, from: string | null = null) => ({ kind, path, from, sha256: hash, size: 3, before: null }) as unknown as Difference;
const tree = (known: Record<string, readonly unknown[]>, differences: readonly Difference[] | null, more = false) =>
  nodesOf('', (under) => (known[under] === undefined ? null : ({ items: known[under], more } as FolderState)), differences === null ? null : changesOf(differences));
const shape = (nodes: readonly TreeNode<FileLine>[]): unknown[] => nodes.map(({ row, children }) => [row.kind, row.name, 'change' in row ? row.change : null, ...(children === null ? [] : [shape(children)])]);

describe('the files of a version as a tree', () => {
  it('stands folder by folder as it is read', () => {
    expect(shape(tree({ '': [folder('a/'), folder('b/'), file('c.txt')], 'a/': [file('a/x.csv')] }, null))).toEqual([
      ['folder', 'a', 'same', [['file', 'x.csv', 'same']]],
      ['folder', 'b', 'same', [['loading', '', null]]],
      ['file', 'c.txt', 'same'],
    ]);
  });

  it('has differences first, folders before files, and files that are gone in their place', () => {
    const differences = [differs('added', 'n.txt'), differs('replaced', 'm.txt'), differs('removed', 'gone.txt'), differs('added', 'b/deep/new.csv')];
    expect(shape(tree({ '': [folder('a/'), folder('b/'), file('c.txt'), file('m.txt'), file('n.txt')], 'a/': [], 'b/': [] }, differences)).map((line) => (line as unknown[]).slice(0, 3))).toEqual([
      ['folder', 'b', 'changed'],
      ['folder', 'a', 'same'],
      ['file', 'n.txt', 'added'],
      ['gone', 'gone.txt', 'removed'],
      ['file', 'm.txt', 'changed'],
      ['file', 'c.txt', 'same'],
    ]);
  });

  it('shows a renamed file under its new name, and the old one as gone', () => {
    expect(shape(tree({ '': [file('new.txt')] }, [differs('renamed', 'new.txt', 'old.txt')]))).toEqual([
      ['gone', 'old.txt', 'removed'],
      ['file', 'new.txt', 'renamed'],
    ]);
  });

  it('shows a folder that has no file any more, with what was in it', () => {
    expect(shape(tree({ '': [file('c.txt')] }, [differs('removed', 'cal/2024/x.csv'), differs('removed', 'cal/y.csv')]))).toEqual([
      ['folder', 'cal', 'removed', [['folder', '2024', 'removed', [['gone', 'x.csv', 'removed']]], ['gone', 'y.csv', 'removed']]],
      ['file', 'c.txt', 'same'],
    ]);
  });

  it('ends with a line that asks for more, where a folder has more', () => {
    expect(shape(tree({ '': [file('c.txt')] }, null, true))).toEqual([
      ['file', 'c.txt', 'same'],
      ['more', '', null],
    ]);
  });
});
