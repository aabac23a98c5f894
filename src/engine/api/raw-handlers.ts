import { createReadStream } from 'node:fs';
import type { ProgramId } from '../../contract/index.ts';
import { DoorError, RawFields } from '../../contract/api/index.ts';
import type { RawAnswer, RawDrop, rawRoutes, RawState, RawStatus } from '../../contract/api/index.ts';
import type { ReadableLake, WritableLake } from '../access.ts';
import { assignContract } from '../assigning.ts';
import type { DropDetail } from '../catalog/index.ts';
import { whyStored } from '../drop-states.ts';
import type { DropState } from '../drop-states.ts';
import { forgetOutcome } from '../normalizing.ts';
import { dropContent, dropOfText } from '../raw-drops.ts';
import type { DropOrder, Received } from '../receiving.ts';
import { bytesResponse } from './bytes.ts';
import { readForm } from './form.ts';
import type { Doc, HandlersOf } from './handler.ts';
import type { Metrics } from './metrics.ts';
import type { Services } from './services.ts';
import type { Uploads } from './uploads.ts';

const MOST_FILES = 1_000;
const PIECE_BYTES = 1 << 20;

/** Raw drops: received, listed, given back. */
export function rawHandlers({ desk, raw, normal, account }: Services, uploads: Uploads, metrics: Metrics): HandlersOf<typeof rawRoutes> {
  const enterAll = async (lake: WritableLake, order: DropOrder, staged: readonly Staged[]): Promise<Doc<RawAnswer>> => {
    const receiving = await raw.receiving(lake);
    const ends = await Promise.allSettled(staged.map((one) => receiving.enter(order, one)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    const received = ends.flatMap((end) => (end.status === 'fulfilled' ? [withStatus(lake, end.value, order)] : []));
    if (received.some(({ status }) => status === 'queued_for_etl')) normal.wake();
    return answerOf(received);
  };
  const withStatus = (lake: WritableLake, received: Received, { contract }: DropOrder): Told => {
    const drop = lake.catalog.dropById(received.drop);
    const status = drop === null ? 'stored' : normal.states.of(lake, drop).status;
    return { ...received, status, note: drop === null || !received.duplicate || contract === null || drop.contract === contract ? null : otherContract(drop, contract, status) };
  };
  const stateOf = (lake: ReadableLake, drop: DropDetail): Doc<RawState> => {
    const state = normal.states.of(lake, drop);
    const { outcome } = state;
    return { ...shape(drop, state), line_word: outcome?.lineWord ?? null, findings: outcome?.findings ?? [], trouble: outcome?.trouble ?? null, why: whyOf(lake, drop, state) };
  };
  return {
    receiveRaw: (call) =>
      desk.writing(async (lake) => {
        const receiving = await raw.receiving(lake);
        const form = await readForm(
          call,
          'file',
          { bytes: raw.mostBytes, files: MOST_FILES },
          (name, content) => receiving.stage(name, counted(content, (bytes) => metrics.tookIn(bytes))),
          (staged) => receiving.forget(staged),
        );
        const fields = RawFields.safeParse(form.fields);
        if (!fields.success || form.files.length === 0) {
          for (const staged of form.files) await receiving.forget(staged);
          throw misfit(fields.success ? [] : fields.error.issues);
        }
        call.signal.throwIfAborted();
        const { program_id: program, contract = null } = fields.data;
        return enterAll(lake, { program, contract, sender: call.caller?.name ?? account }, form.files);
      }),
    enterUploads: ({ body: { program_id: program, contract = null, files }, caller }) =>
      desk.writing(async (lake) => {
        const ids = files.flatMap(({ parts }) => parts);
        const named = new Set<string>();
        const twice = ids.find((id) => named.size === named.add(id).size);
        if (twice !== undefined) throw new DoorError('REQUEST_INVALID', `The upload "${twice.slice(0, 100)}" is named twice among the parts, and each is entered once.`, { kept: 'Nothing was entered; what was uploaded is kept.', next: 'Name each upload once, in the order of its bytes in the file.', facts: { upload: twice } });
        const receiving = await raw.receiving(lake);
        const sources = files.map(({ name, parts }) => ({ name, parts: parts.map((id) => uploads.forRaw(id)) }));
        const staged: Staged[] = [];
        try {
          for (const { name, parts } of sources) staged.push(await receiving.stage(name, joined(parts.map(({ place }) => place))));
        } catch (error) {
          for (const one of staged) await receiving.forget(one);
          throw error;
        }
        const answer = await enterAll(lake, { program, contract, sender: caller?.name ?? account }, staged);
        for (const { parts } of sources) for (const part of parts) await part.remove();
        return answer;
      }),
    listRaw: ({ query: { program_id: program, after, limit } }) =>
      desk.reading((lake) => {
        const { drops, next } = lake.catalog.drops((program as ProgramId | undefined) ?? null, after === undefined ? null : Number(after), limit);
        return { items: drops.map((drop) => shape(drop, normal.states.of(lake, drop))), next: next === null ? null : String(next) };
      }),
    getRaw: ({ params: { raw: text } }) => desk.reading((lake) => stateOf(lake, dropOfText(lake, text))),
    retryRaw: ({ params: { raw: text }, query: { contract }, caller }) =>
      desk.writing(async (lake) => {
        let drop = dropOfText(lake, text);
        if (contract === undefined) forgetOutcome(lake, drop);
        else drop = await assignContract(lake, drop, contract, caller?.name ?? account);
        const state = stateOf(lake, drop);
        if (state.status === 'queued_for_etl') normal.wake();
        return state;
      }),
    readRaw: ({ params: { raw: text }, headers, isHead }) =>
      desk.reading(async (lake) => {
        const drop = dropOfText(lake, text);
        const { place, size, name, sha256 } = await dropContent(lake, drop);
        return bytesResponse({ place, size, etag: sha256, sha256, name }, { headers, isHead });
      }),
  };
}

type Staged = Awaited<ReturnType<Awaited<ReturnType<Services['raw']['receiving']>>['stage']>>;

type Told = Received & { readonly status: RawStatus; readonly note: string | null };

function answerOf(received: readonly Told[]): Doc<RawAnswer> {
  const all = received.map(({ rawId, name, duplicate, status, note }) => ({ raw_id: rawId, status, ...(duplicate ? { duplicate: true as const } : {}), ...(note === null ? {} : { note }), name }));
  const [one] = all;
  if (one === undefined || all.length > 1) return { drops: all };
  const { name: _, ...alone } = one;
  return alone;
}

function shape({ rawId, id, program, name, media, size, sha256, sender, contract, at, repeats }: DropDetail, { status, tables }: DropState): Doc<RawDrop> {
  return { raw_id: rawId, uuid: id, status, program_id: program, name, media_type: media, bytes: size, sha256, sender, contract, received: at, duplicates: repeats, tables: tables.map(({ table, version }) => ({ table, version })) };
}

/** The same bytes were sent for a contract that is not the one that counts. */
function otherContract(drop: DropDetail, contract: string, status: RawStatus): string {
  const raw = drop.rawId ?? drop.id;
  const counts = `The same bytes came before, ${drop.contract === null ? 'for no contract by name' : `for the contract ${drop.contract}`}, and that counts.`;
  return status === 'normalized' ? `${counts} Their rows are in a table.` : `${counts} If they are for ${contract}: POST /dta/raw/${raw}/retry?contract=${contract}`;
}

/** Why nothing more is done with a drop that is only kept. */
function whyOf(lake: ReadableLake, drop: DropDetail, { status }: DropState): string | null {
  return status === 'stored' ? `The drop is kept as it came, and nothing more is done with it: ${whyStored(lake, drop)}.` : null;
}

function misfit(issues: readonly { readonly path: PropertyKey[]; readonly message: string }[]): DoorError {
  const words = issues.length === 0 ? ['file: is missing'] : issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return new DoorError('REQUEST_INVALID', `The request does not fit: ${words.join('; ')}.`, { kept: 'Nothing was kept.', next: 'See /openapi.json for what it takes.', facts: { issues: issues.map(({ path, message }) => ({ in: 'form', path: path.join('.'), message })) } });
}

async function* counted(content: AsyncIterable<Uint8Array>, took: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    took(piece.length);
    yield piece;
  }
}

/** The bytes of the parts of an upload, one after the other. */
async function* joined(places: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const place of places) yield* createReadStream(place, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Uint8Array>;
}
