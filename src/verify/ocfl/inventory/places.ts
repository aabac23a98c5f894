import type { Printer } from './printer.ts';

/** Folders below the object's top that content paths name: a hostile inventory must not make more of them than fit in memory. */
const MOST_PLACES = 100_000;

/** What lies in one folder of one version folder, as one list of content paths tells it. */
export interface PlaceSum {
  /** The first part of the paths, which should be a version, and the second, which should be its content folder; '' where there is none. */
  readonly version: string;
  readonly folder: string;
  count: number;
  /** Sum of the prints of paths and digests: the same for the same list in any order. */
  a: number;
  b: number;
  /** One of the paths. */
  readonly example: string;
}

/** Sums what a list says of the content of each version folder, so that the lists of two inventories can be compared without keeping either. */
export class PlaceSums {
  readonly #places = new Map<string, PlaceSum>();
  #last: PlaceSum | null = null;
  #lastStart = '';
  /** Paths that lie in none of the places that are kept. */
  beyond = 0;

  /** Answers the place of a path; its sum does not count the path yet. */
  of(path: string): PlaceSum | null {
    if (this.#last !== null && this.#lastStart !== '' && path.startsWith(this.#lastStart)) return this.#last;
    const first = path.indexOf('/');
    const second = first < 0 ? -1 : path.indexOf('/', first + 1);
    const version = first < 0 ? path : path.slice(0, first);
    const folder = second < 0 ? '' : path.slice(first + 1, second);
    const start = second < 0 ? '' : path.slice(0, second + 1);
    const key = `${version}\0${folder}`;
    let place = this.#places.get(key);
    if (place === undefined) {
      if (this.#places.size >= MOST_PLACES) {
        this.beyond += 1;
        return null;
      }
      place = { version, folder, count: 0, a: 0, b: 0, example: path };
      this.#places.set(key, place);
    }
    this.#last = place;
    this.#lastStart = start;
    return place;
  }

  list(): PlaceSum[] {
    return [...this.#places.values()];
  }
}

/** Counts one more entry, whose print the printer holds. */
export function count(sum: { count: number; a: number; b: number }, printer: Printer): void {
  sum.count += 1;
  sum.a = (sum.a + printer.a) >>> 0;
  sum.b = (sum.b + printer.b) >>> 0;
}
