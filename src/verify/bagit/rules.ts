/** The versions of BagIt, and in what they differ for who reads a bag. */

export const knownVersions = ['0.93', '0.94', '0.95', '0.96', '0.97', '1.0'] as const;
export type BagitVersion = (typeof knownVersions)[number];

export interface BagRules {
  readonly version: BagitVersion;
  /** The rules of RFC 8493 count to the letter; the drafts before it leave more open. */
  readonly isStrict: boolean;
  /** The file with the metadata had another name in the first drafts. */
  readonly infoFile: 'bag-info.txt' | 'package-info.txt';
  /** Whether a payload manifest may list only payload files and a tag manifest only others: said since 0.97. */
  readonly keepsManifestsApart: boolean;
}

export function rulesOf(version: BagitVersion): BagRules {
  return {
    version,
    isStrict: version === '1.0',
    infoFile: ['0.93', '0.94', '0.95'].includes(version) ? 'package-info.txt' : 'bag-info.txt',
    keepsManifestsApart: version === '0.97' || version === '1.0',
  };
}

export function isKnownVersion(version: string): version is BagitVersion {
  return knownVersions.some((known) => known === version);
}
