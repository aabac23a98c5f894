import { JsonError, JsonTokens } from '../../../core/index.ts';
import { Faults } from './faults.ts';
import { Fields } from './fields.ts';
import { Fixity } from './fixity.ts';
import { Manifest } from './manifest.ts';
import type { Printer } from './printer.ts';
import { RecordBlocks } from './records.ts';
import { MOST_VERSIONS, TooManyVersions, Versions } from './versions.ts';
import type { InventoryParts, TopText, VersionText } from './walk.ts';
import { InventoryWalk } from './walk.ts';

export interface PassWanted {
  /** The manifest and the additional digests are wanted file by file. */
  readonly keeps: boolean;
  /** Files are compared by their content paths instead of their digests. */
  readonly byContent: boolean;
  /** A version whose files are wanted one by one; null for none. */
  readonly traced: string | null;
}

/**
 * One reading of an inventory. Versions and additional digests can be judged only when the manifest is known; where it comes after them,
 * `needsManifest` says so at the end, and a second pass is given the manifest of the first. Digests that no version uses are known only at the
 * end; where there are some, `needsNames` says so, and another pass names them.
 */
export class InventoryPass implements InventoryParts {
  readonly faults = new Faults();
  readonly fields: Fields;
  readonly manifest: Manifest;
  readonly versions: Versions;
  readonly fixityBlock: Fixity;
  readonly keptFiles: RecordBlocks | null;
  readonly keptFixity: RecordBlocks | null;
  needsManifest = false;
  needsNames = false;
  /** Why the text could be read no further, as a sentence of a fault E033; null when it was read to its end. */
  broken: string | null = null;
  /** Why this check does not read it, as the end of a sentence. */
  refused: string | null = null;
  hasFixity: 'absent' | 'wrong' | 'there' = 'absent';
  readonly #walk: InventoryWalk;
  readonly #tokens: JsonTokens;
  readonly #given: boolean;
  readonly #names: boolean;

  /**
   * @param first an earlier pass of the same inventory, whose manifest counts
   * @param names this pass is only to name the digests that no version uses
   */
  constructor(printer: Printer, wanted: PassWanted, first: InventoryPass | null, names = false) {
    this.#given = first !== null;
    this.#names = names;
    this.keptFiles = first?.keptFiles ?? (wanted.keeps ? new RecordBlocks() : null);
    this.keptFixity = wanted.keeps ? new RecordBlocks() : null;
    this.fields = new Fields(this.faults);
    this.manifest = first?.manifest ?? new Manifest(printer, this.keptFiles, wanted.byContent);
    if (!names) this.manifest.restart();
    this.versions = new Versions(printer, this.faults, this.manifest, wanted.byContent, wanted.traced);
    this.fixityBlock = new Fixity(printer, this.faults, this.manifest, this.keptFixity);
    this.#walk = new InventoryWalk(this, this.faults);
    this.#tokens = new JsonTokens(this.#walk);
  }

  feed(chunk: Uint8Array): void {
    this.#read(() => {
      this.#tokens.feed(chunk);
    });
  }

  end(): void {
    this.#read(() => {
      this.#tokens.end();
    });
    if (this.broken === null && !this.#walk.isInventory) this.broken = 'It is not a JSON object.';
    if (this.broken !== null || this.refused !== null) return;
    if (this.manifest.status === 'absent') {
      this.needsManifest = false;
      this.faults.add('E041', () => 'It has no manifest.');
    }
    if (this.versions.status === 'absent') {
      this.faults.add('E041', () => 'It has no versions.');
      this.faults.add('E043', () => 'It has no versions.');
    }
    this.fields.end();
    if (this.needsManifest || this.#names) return;
    this.manifest.reportForms(this.fields.algorithm);
    this.needsNames = this.manifest.status === 'there' && this.versions.status === 'there' && this.versions.statesWhole && this.manifest.hasUnused;
  }

  top(name: TopText, value: string | null): void {
    this.fields.set(name, value);
  }

  manifestBegins(): void {
    if (!this.#given) this.manifest.status = 'there';
  }

  manifestWrong(): void {
    if (this.#given) return;
    this.manifest.status = 'wrong';
    this.faults.add('E106', () => 'Its manifest is not a JSON object.');
  }

  manifestEnds(): void {
    if (!this.#given) this.manifest.end();
  }

  contentDigest(digest: string): void {
    if (this.#names) this.manifest.nameUnused(digest);
    else if (!this.#given) this.manifest.digest(digest);
  }

  content(path: string | null): void {
    if (!this.#given) this.manifest.path(path);
  }

  contentWrong(): void {
    if (!this.#given) this.manifest.listWrong();
  }

  versionsBegin(): void {
    this.versions.status = 'there';
  }

  versionsWrong(): void {
    this.versions.status = 'wrong';
    this.faults.add('E044', () => 'Its versions are not a JSON object.');
    this.faults.add('E045', () => 'Its versions are not a JSON object.');
  }

  version(name: string): void {
    this.#asksForManifest();
    this.versions.begin(name);
  }

  versionWrong(name: string): void {
    this.versions.wrong(name);
  }

  versionText(name: VersionText, value: string | null): void {
    this.versions.text(name, value);
  }

  userBegins(): void {
    this.versions.user(true);
  }

  userWrong(): void {
    this.versions.user(false);
  }

  stateBegins(): void {
    this.versions.stateBegins();
  }

  stateWrong(): void {
    this.versions.stateWrong();
  }

  stateDigest(digest: string): void {
    this.versions.stateDigest(digest);
  }

  state(path: string | null): void {
    this.versions.file(path);
  }

  stateListWrong(): void {
    this.versions.listWrong();
  }

  versionEnds(): void {
    this.versions.end();
  }

  fixityBegins(): void {
    this.hasFixity = 'there';
  }

  fixityWrong(): void {
    this.hasFixity = 'wrong';
    this.faults.add('E111', () => 'Its additional digests ("fixity") are not a JSON object.');
  }

  fixityAlgorithm(name: string): void {
    this.#asksForManifest();
    this.fixityBlock.algorithm(name);
  }

  fixityAlgorithmWrong(): void {
    this.fixityBlock.algorithmWrong();
  }

  fixityDigest(digest: string): void {
    this.fixityBlock.digest(digest);
  }

  fixity(path: string | null): void {
    this.fixityBlock.path(path);
  }

  fixityListWrong(): void {
    this.fixityBlock.listWrong();
  }

  #asksForManifest(): void {
    if (this.manifest.status === 'absent') this.needsManifest = true;
  }

  #read(step: () => void): void {
    if (this.broken !== null || this.refused !== null) return;
    try {
      step();
    } catch (error) {
      if (error instanceof JsonError) this.broken = error.message;
      else if (error instanceof TooManyVersions) this.refused = `it describes more than ${MOST_VERSIONS.toLocaleString('en-US')} versions`;
      else throw error;
    }
  }
}
