import { HmsError } from '../contract/index.ts';
import { Access } from '../engine/access.ts';
import { profileFolder } from '../engine/keys/index.ts';

export { Access } from '../engine/access.ts';

/** Where `folder` is left out, HMS_LAKE names it; the same for `profile` and HMS_PROFILE. */
export async function openAccess(folder?: string, profile?: string): Promise<Access> {
  const options = { folder: folder ?? process.env['HMS_LAKE'] ?? '', profile: profile ?? profileFolder(process.env) };
  if (options.folder === '') {
    throw new HmsError('USAGE', 'No lake is named.', { kept: 'Nothing was changed.', next: "Give its folder, as in { lake: '/records/lake' }, or name it in HMS_LAKE. A lake is made with: hms dta init DIR" });
  }
  return Access.of(options);
}
