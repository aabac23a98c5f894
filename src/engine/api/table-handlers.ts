import { HmsError, TableName } from '../../contract/index.ts';
import { DoorError, rowTypes } from '../../contract/api/index.ts';
import type { TableRow, tableRoutes } from '../../contract/api/index.ts';
import type { TableVersionDetail } from '../../core/index.ts';
import { insertPosted } from '../posted-rows.ts';
import { dropOfText } from '../raw-drops.ts';
import { linesUnknown, tableUnknown } from '../tables/index.ts';
import type { Doc, HandlersOf } from './handler.ts';
import type { Metrics } from './metrics.ts';
import type { Services } from './services.ts';

/** Codings of a body of rows (RFC 9110, section 8.4.1). */
const packings: readonly string[] = ['', 'identity', 'gzip', 'x-gzip'];

/** Tables of the warehouse: listed, shown, and given rows. */
export function tableHandlers({ desk, raw, processes }: Services, metrics: Metrics): HandlersOf<typeof tableRoutes> {
  return {
    listTables: () => desk.reading((lake) => ({ items: lake.catalog.tables.all().map(shape) })),
    getTable: ({ params: { name } }) =>
      desk.reading((lake) => {
        const version = lake.catalog.tables.version(TableName.parse(name), null);
        if (version === null) throw tableUnknown(name);
        const view = lake.catalog.tables.view(version, []);
        if (view === null) throw linesUnknown(version.table, version.version);
        const columns = view.schema.map(({ name: column, type, nullable, comment = null }) => ({ name: column, type, nullable, comment }));
        return { ...shape(version), columns, partitioned_by: [...view.partitionColumns] };
      }),
    insertRows: ({ params: { name }, query: { inputs, program_id: program = null }, headers, stream, signal }) =>
      desk.writing(async (lake) => {
        const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
        if (!Object.hasOwn(rowTypes, type)) throw new DoorError('MEDIA_REFUSED', type === '' ? 'The request says no content type.' : `Rows cannot be of the type ${type.slice(0, 100)}.`, { kept: 'Nothing was kept.', next: `Send one of: ${Object.keys(rowTypes).join(', ')}` });
        const encoding = (headers.get('content-encoding') ?? '').trim().toLowerCase();
        if (!packings.includes(encoding)) throw new DoorError('MEDIA_REFUSED', `Rows cannot be packed with ${encoding.slice(0, 100)}.`, { kept: 'Nothing was kept.', next: 'Send them as they are, or packed with gzip.', facts: { encodings: ['gzip'] } });
        if (stream === null) throw new HmsError('CONTENT_REFUSED', 'The request has no rows.', { kept: 'Nothing was kept.' });
        const drops = (inputs ?? '').split(',').filter((text) => text !== '').map((text) => dropOfText(lake, text));
        const content = limited(stream, raw.mostBytes, (bytes) => metrics.tookIn(bytes));
        const posted = { table: name, format: rowTypes[type as keyof typeof rowTypes], content, isPacked: encoding.endsWith('gzip'), mostUnpacked: raw.mostBytes, inputs: drops, program };
        const { version, rows } = await insertPosted(lake, posted, { processes, signal, onProgress: () => undefined });
        return { table: version.table, version: version.version, rows };
      }),
  };
}

function shape({ table, version, at, totals, contract }: TableVersionDetail): Doc<TableRow> {
  return { name: table, version, at, rows: totals?.rows ?? null, files: totals?.files ?? null, bytes: totals?.bytes ?? null, contract };
}

async function* limited(stream: ReadableStream<Uint8Array>, most: number, took: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    took(piece.length);
    if (size > most) throw new DoorError('REQUEST_TOO_LARGE', `One post of rows can have ${most.toLocaleString('en-US')} bytes.`, { kept: 'Nothing was kept.', next: 'Send them as a raw drop, or in several posts.' });
    yield piece;
  }
}
