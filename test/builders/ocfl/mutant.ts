import type { OcflCode } from '../../../src/verify/ocfl/index.ts';
import type { Plan } from './object.ts';

/** A valid object or storage root with one defect, and exactly the codes that it must give. */
export interface Mutant {
  /** Names the defect. */
  readonly name: string;
  readonly codes: readonly OcflCode[];
  /** What it is made from; two versions of OCFL 1.1 where nothing is said. */
  readonly plan?: Plan;
  /** Makes the defect. */
  change(folder: string): void;
  /** It can only be made where there are links, pipes and permissions of POSIX. */
  readonly posix?: boolean;
}
