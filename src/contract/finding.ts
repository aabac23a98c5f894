/** One thing that a checker found. Checkers collect findings and never stop at the first. */
export interface Finding {
  /** Closed list per checker, e.g. `FILE_ALTERED`, or a standard's code, e.g. `E092`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  /** Where: a path relative to what is checked, `/` between parts; '' for the whole. */
  readonly path: string;
  /** A plain sentence. */
  readonly message: string;
}
