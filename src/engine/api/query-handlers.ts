import type { queryRoutes } from '../../contract/api/index.ts';
import { refreshCube } from '../cube-refreshing.ts';
import { refreshedView } from '../query/index.ts';
import { dispositionOf } from './bytes.ts';
import type { HandlersOf } from './handler.ts';
import type { Services } from './services.ts';

const types = { csv: 'text/csv; charset=utf-8; header=present', json: 'application/json', ndjson: 'application/x-ndjson', parquet: 'application/vnd.apache.parquet' } as const;

/** Questions in SQL, and their results. */
export function queryHandlers({ desk, questions, processes, asking }: Services): HandlersOf<typeof queryRoutes> {
  return {
    startQuery: async ({ body: { sql, asOf, parameters } }) => {
      await desk.reading(() => undefined);
      const cube = refreshedView(sql);
      if (cube !== null) {
        return questions.begin(sql, { parameters: {}, processes: asking }, async (signal) => {
          const { name, version, isNew, rows } = await desk.writing((lake) => refreshCube(lake, cube, { signal, processes, asOf: asOf ?? null }));
          return `SELECT '${name}:v${version.version}' AS version, ${isNew} AS is_new, ${rows}::BIGINT AS rows`;
        });
      }
      const values = Array.isArray(parameters) ? Object.fromEntries(parameters.map((value, i) => [String(i + 1), value])) : parameters;
      return questions.begin(sql, { ...(asOf === undefined ? {} : { asOf }), parameters: values, processes: asking });
    },
    listQueries: () => ({ queries: questions.list() }),
    getQuery: ({ params: { query } }) => questions.get(query),
    queryRows: async ({ params: { query: id }, query: { from, limit }, signal }) => {
      const { question, query } = questions.result(id);
      const total = query.rows ?? 0;
      const { rows, cut } = from >= total ? { rows: [], cut: 0 } : await question.page(from, limit, signal);
      const next = from + rows.length;
      return { from, rows, total, next: next < total ? next : null, cut };
    },
    queryStatistics: async ({ params: { query }, signal }) => ({ columns: await questions.result(query).question.statistics(signal) }),
    queryResult: async ({ params: { query: id }, query: { format }, isHead }) => {
      const { question } = questions.result(id);
      const headers = { 'content-type': types[format], 'content-disposition': dispositionOf(`result.${format}`), 'cache-control': 'no-store' };
      return new Response(isHead ? null : await streamOf((signal) => question.bytes(format, signal)), { headers });
    },
    cancelQuery: ({ params: { query } }) => questions.cancel(query),
  };
}

/** Bytes of which the first are there before the head goes out, so that what goes wrong until then is told as a problem; a reader that leaves ends their making. */
async function streamOf(make: (signal: AbortSignal) => AsyncGenerator<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const stop = new AbortController();
  const pieces = make(stop.signal);
  let first: IteratorResult<Uint8Array, void> | null = await pieces.next();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = first ?? (await pieces.next());
        first = null;
        if (piece.done === true) controller.close();
        else controller.enqueue(Uint8Array.from(piece.value));
      },
      async cancel() {
        stop.abort();
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
