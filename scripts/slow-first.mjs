import { BaseSequencer } from 'vitest/node';

/** Folders whose files take a minute and more, the slowest first. */
const slow = ['/test/fault/', '/test/packaging/', '/test/unit/host/'];

/** Starts the slow files first, so that at the end no core waits for the other's last file. */
export default class SlowFirst extends BaseSequencer {
  async sort(files) {
    const place = ({ moduleId }) => {
      const at = slow.findIndex((folder) => moduleId.includes(folder));
      return at < 0 ? slow.length : at;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
