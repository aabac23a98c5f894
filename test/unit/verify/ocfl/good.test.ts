import { describe, expect, it } from 'vitest';
import { judgeObject } from '../../../builders/ocfl/check.ts';
import type { Plan } from '../../../builders/ocfl/object.ts';
import { buildObject, ONE, PLAIN } from '../../../builders/ocfl/object.ts';
import { tempFolders } from '../../../builders/verify/temp.ts';

const temp = tempFolders();

const good: Record<string, Plan> = {
  'one version': ONE,
  'two versions': PLAIN,
  'OCFL 1.0': { ...PLAIN, spec: '1.0' },
  'a version of 1.0 before one of 1.1': { ...PLAIN, specs: ['1.0', '1.1'] },
  'a content folder of another name': { ...PLAIN, contentDirectory: 'stuff' },
  'digests in upper case': { ...PLAIN, upperCase: true, fixity: ['md5', 'sha1'] },
  'no content at all': { versions: [{}] },
  'a version that adds no file': { versions: [{ a: 'x', b: 'y' }, { a: 'x' }, { a: 'x', c: 'x' }] },
  'additional digests of every kind': { ...PLAIN, fixity: ['md5', 'sha1', 'sha256', 'sha512', 'blake2b-512', 'sha512/256', 'size'] },
  'an empty file': { versions: [{ empty: '' }], fixity: ['md5', 'size'] },
  'names that need care': { versions: [{ 'a b/ü/%41.txt': '1', 'back\\slash': '2', '.hidden': '3', '...': '4', 'content/content': '5' }] },
};

describe('an object that keeps the standard', () => {
  it.each(Object.entries(good))('is found clean: %s', async (_, plan) => {
    const folder = temp();
    buildObject(folder, plan);
    const { findings, checked } = await judgeObject(folder);
    expect(findings).toEqual([]);
    expect(checked.versions).toBe(plan.versions.length);
    const contents = new Set(plan.versions.flatMap((files) => Object.values(files)));
    expect(checked.files).toBe(contents.size);
    expect(checked.bytes).toBe([...contents].reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  });
});
