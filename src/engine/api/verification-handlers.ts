import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import { LakeJson } from '../../contract/index.ts';
import type { JobBegun, verificationRoutes, VerifyReport } from '../../contract/api/index.ts';
import { ifMissing } from '../lake/index.ts';
import { fetchable } from './export-handlers.ts';
import type { HandlersOf } from './handler.ts';
import type { Services, Verified } from './services.ts';
import type { Uploads } from './uploads.ts';

const MOST_FINDINGS = 1_000;

interface Subject {
  /** As a person names it. */
  readonly name: string;
  readonly place: string;
  readonly lake: string | null;
  /** A checkpoint of the lake that this station has kept. */
  readonly seen: Uint8Array | null;
  /** Called when the check is over, however it ended. */
  readonly after: () => Promise<void>;
}

/** Checks by the checker that shares no code with the writers. */
export function verificationHandlers(services: Services, uploads: Uploads): HandlersOf<typeof verificationRoutes> {
  const { jobs, desk, verify, profile } = services;
  const nothing = (): Promise<void> => Promise.resolve();

  const begin = ({ name, place, lake, seen, after }: Subject, trust: readonly string[]): z.infer<typeof JobBegun> => ({
    job: jobs.begin({
      kind: 'verification',
      title: `Checking ${name}`,
      lake,
      subject: null,
      afterAway: () => lake !== null,
      work: async ({ signal, onProgress }) => {
        try {
          const check = (): Promise<Verified> => verify(place, { signal, onProgress, trust: trust.map((pem) => Buffer.from(pem)), ...(seen === null ? {} : { seen }) });
          // Of a lake that went away in the middle, the check would say that files are missing.
          const report = lake === null ? await check() : await desk.watched('verifying', check);
          return { kind: 'verification', report: reportShape(report, name) };
        } finally {
          await after();
        }
      },
    }),
  });

  return {
    verify: async ({ body: { of, trust } }) => {
      switch (of.kind) {
        case 'lake': {
          const subject = await desk.needing(async (lake) => {
            // The checkpoint of what was acknowledged just now would be missed.
            await lake.ledger.completed();
            const { seenFile } = lake.ledger.context;
            const seen = seenFile === null ? null : await readFile(seenFile).catch(ifMissing(null));
            return { name: basename(lake.paths.root), place: lake.paths.root, lake: lake.lake.id, seen, after: nothing };
          });
          return begin(subject, trust);
        }
        case 'export': {
          const { exported, place } = await fetchable(services, of.job);
          return begin({ name: exported.name, place, lake: null, seen: null, after: nothing }, trust);
        }
        case 'upload': {
          const { name, place, remove } = uploads.forVerification(of.upload);
          return begin({ name, place, lake: null, seen: null, after: remove }, trust);
        }
      }
    },
    verifyPath: async ({ body: { path, trust } }) => {
      const place = resolve(path);
      return begin({ name: basename(place) || place, place, lake: null, seen: await seenOf(profile, place), after: nothing }, trust);
    },
  };
}

/** The checkpoint that this station keeps of the lake at a path, so that an older copy is not taken for the whole. */
async function seenOf(profile: string, place: string): Promise<Uint8Array | null> {
  try {
    const lake = LakeJson.safeParse(JSON.parse(await readFile(join(place, 'lake.json'), 'utf8')));
    return lake.success ? await readFile(join(profile, 'lakes', lake.data.id, 'checkpoint')) : null;
  } catch {
    // No lake, or one whose lake.json is wrong: the check itself finds that and names it.
    return null;
  }
}

const order = { error: 0, warning: 1, note: 2 } as const;

function reportShape({ kind, summary, clean, findings, checked, answers }: Verified, subject: string): VerifyReport {
  const { files, bytes, entries, datasets, versions, objects } = checked;
  const worst = findings.toSorted((a, b) => order[a.severity] - order[b.severity]).slice(0, MOST_FINDINGS);
  const shown = worst.map(({ code, severity, path, message }) => ({ code, severity, path, message }));
  const told = answers === undefined ? null : (answers as NonNullable<VerifyReport['answers']>);
  return { kind, subject, summary, clean, findings: shown, findingCount: findings.length, checked: { files, bytes, entries, datasets, versions, objects: objects ?? null }, answers: told };
}
