/** One step of the schema. Steps are never edited once released; a change is a new step with the next number. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}
