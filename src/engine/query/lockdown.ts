import type { DuckDBConnection } from 'duckdb';
import { fileList } from './file-lists.ts';
import type { Opening } from './protocol.ts';
import { listed, literal } from './sources.ts';

/** From so many files on, what DuckDB would look up in each of them before it reads the first row costs more than it saves. */
const MANY_FILES = 200;

/** What every opening has, whatever is opened. */
const ALWAYS: readonly string[] = [
  `TimeZone = 'UTC'`,
  'enable_progress_bar = true',
  'enable_progress_bar_print = false',
  'autoinstall_known_extensions = false',
  'autoload_known_extensions = false',
  'allow_community_extensions = false',
  'allow_persistent_secrets = false',
];

/** Sets beforehand what does not depend on what is opened, so that a question does not wait for it. */
export async function settle(connection: DuckDBConnection): Promise<void> {
  await set(connection, ALWAYS);
}

/** Closes everything but what is named, for good: a locked configuration cannot be opened again. `isSettled`: `settle` was done. */
export async function lockDown(connection: DuckDBConnection, opening: Opening, isSettled = false): Promise<void> {
  const allowed = await fileList(connection, 'hms files', opening.files);
  const folders = [...(opening.output === null ? [] : [opening.output]), ...(opening.folders ?? [])];
  const settings = [
    ...(isSettled ? [] : ALWAYS),
    `memory_limit = '${opening.memoryBytes}B'`,
    `threads = ${opening.threads}`,
    `temp_directory = ${literal(opening.temporary)}`,
    `max_temp_directory_size = '${opening.temporaryBytes}B'`,
    ...(opening.places === true ? ['errors_as_json = true'] : []),
    // For LIMIT it asks every file's footer how many rows there are: 4 s for 20,000 files, of which two are needed.
    ...(opening.files.length < MANY_FILES ? [] : [`disabled_optimizers = 'late_materialization'`]),
    `allowed_paths = ${allowed}`,
    ...(folders.length === 0 ? [] : [`allowed_directories = ${listed(folders)}`]),
    'enable_external_access = false',
    'lock_configuration = true',
  ];
  await set(connection, settings);
}

/** In one run: each of its own takes as long as all of them. */
async function set(connection: DuckDBConnection, settings: readonly string[]): Promise<void> {
  await connection.run(settings.map((setting) => `SET ${setting};`).join('\n'));
}
