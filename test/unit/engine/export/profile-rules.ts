import { readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { filesOf } from '../../../builders/verify/hand-package.ts';

/** The rules of the BagIt Profiles specification 1.4.0 that can be asked of a folder, to judge a bag by the profile that it carries. Answers what is wrong. */
interface Profile {
  readonly 'BagIt-Profile-Info': Readonly<Record<string, string>>;
  readonly 'Bag-Info': Readonly<Record<string, { readonly required?: boolean; readonly repeatable?: boolean; readonly values?: readonly string[] }>>;
  readonly [list: string]: unknown;
}

export function profileFaults(bag: string): string[] {
  const profile = JSON.parse(readFileSync(join(bag, 'bagit-profile.json'), 'utf8')) as Profile;
  const faults: string[] = [];
  const about = profile['BagIt-Profile-Info'];
  for (const name of ['BagIt-Profile-Identifier', 'Source-Organization', 'External-Description', 'Version']) if (!about[name]) faults.push(`the profile has no ${name}`);
  if (about['BagIt-Profile-Version'] !== '1.4.0') faults.push('the profile is of another version');
  const info = readFileSync(join(bag, 'bag-info.txt'), 'utf8').split('\n').filter((line) => line !== '').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)] as const);
  for (const [label, { required = false, repeatable = true, values }] of Object.entries(profile['Bag-Info'])) {
    const said = info.filter(([name]) => name === label);
    if (required && said.length === 0) faults.push(`${label} is required`);
    if (!repeatable && said.length > 1) faults.push(`${label} is not repeatable`);
    for (const [, value] of said) if (values !== undefined && !values.includes(value)) faults.push(`${label} may not be ${value}`);
  }
  if (info.find(([label]) => label === 'BagIt-Profile-Identifier')?.[1] !== about['BagIt-Profile-Identifier']) faults.push('the bag names another profile');
  const list = (name: string): readonly string[] => (profile[name] ?? []) as readonly string[];
  const files = filesOf(bag).sort();
  // What BagIt itself has is no tag file of the profile.
  const own = /^(?:bagit\.txt|bag-info\.txt|(?:tag)?manifest-[a-z0-9]+\.txt|fetch\.txt)$/;
  for (const kind of ['', 'tag'] as const) {
    const there = files.flatMap((file) => new RegExp(`^${kind}manifest-([a-z0-9]+)\\.txt$`).exec(file)?.[1] ?? []);
    const name = kind === '' ? 'Manifests' : 'Tag-Manifests';
    for (const algorithm of list(`${name}-Required`)) if (!there.includes(algorithm)) faults.push(`${kind}manifest-${algorithm}.txt is required`);
    for (const algorithm of there) if (!list(`${name}-Allowed`).includes(algorithm)) faults.push(`${kind}manifest-${algorithm}.txt is not allowed`);
  }
  for (const [part, of] of [['Tag-Files', files.filter((file) => !file.startsWith('data/') && !own.test(file))], ['Payload-Files', files.filter((file) => file.startsWith('data/'))]] as const) {
    for (const required of list(`${part}-Required`)) if (!of.includes(required)) faults.push(`${required} is required`);
    for (const file of of) if (!list(`${part}-Allowed`).some((pattern) => isLike(file, pattern))) faults.push(`${file} is not allowed`);
    for (const required of list(`${part}-Required`)) if (!list(`${part}-Allowed`).some((pattern) => isLike(required, pattern))) faults.push(`${required} is required and not allowed`);
  }
  if (files.includes('fetch.txt')) faults.push('fetch.txt is not allowed');
  const [, version = ''] = /BagIt-Version: (\S+)/.exec(readFileSync(join(bag, 'bagit.txt'), 'utf8')) ?? [];
  if (!list('Accept-BagIt-Version').includes(version)) faults.push(`BagIt ${version} is not accepted`);
  if (!list('Accept-Serialization').includes('application/zip')) faults.push('a zip is not accepted');
  return faults;
}

/** As Unix globs: `*` also passes `/` there (fnmatch), and validators do it so. */
function isLike(file: string, pattern: string): boolean {
  return matchesGlob(file.replaceAll('/', ' '), pattern.replaceAll('/', ' '));
}
