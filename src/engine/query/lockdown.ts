import type { DuckDBConnection } from 'duckdb';
import type { Opening } from './protocol.ts';
import { literal } from './sources.ts';

/** Closes everything but what is named, for good: a locked configuration cannot be opened again. */
export async function lockDown(connection: DuckDBConnection, opening: Opening): Promise<void> {
  const settings = [
    `memory_limit = '${opening.memoryBytes}B'`,
    `threads = ${opening.threads}`,
    `temp_directory = ${literal(opening.temporary)}`,
    `max_temp_directory_size = '${opening.temporaryBytes}B'`,
    `TimeZone = 'UTC'`,
    'enable_progress_bar = true',
    'enable_progress_bar_print = false',
    ...(opening.places === true ? ['errors_as_json = true'] : []),
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    'allow_community_extensions = false',
    'allow_persistent_secrets = false',
    `allowed_paths = [${opening.files.map(literal).join(', ')}]`,
    ...(opening.output === null ? [] : [`allowed_directories = [${literal(opening.output)}]`]),
    'enable_external_access = false',
    'lock_configuration = true',
  ];
  for (const setting of settings) await connection.run(`SET ${setting}`);
}
