import { z } from 'zod';
import { DatasetId } from '../ids.ts';
import { JobBegun } from './jobs.ts';
import { route } from './route.ts';

/**
 * Files in. Where the host is the desktop window, a job takes paths of this computer. A browser sends the files themselves: it opens an intake, sends each
 * file to `/dta/uploads` by tus 1.0.0 (creation, creation-with-upload, termination; chunks of at most 8 MB) with the metadata `intake`, `path` and `mtime`
 * (ms since 1970, as `File.lastModified`), and says when all were sent. The job of the intake stages them in the dataset's draft meanwhile.
 */

/** A file as the browser knows it before it is read. */
export const OfferedFile = z.object({ path: z.string(), size: z.int().min(0), mtime: z.int().nullable() });

const params = z.object({ job: z.string() });

export const intakeRoutes = {
  beginIntake: route({
    method: 'POST',
    path: '/dta/intakes',
    summary: 'Opens an intake of files that will be uploaded, or lets one go on that another run of the program received for this dataset; the dataset is made where it is not there',
    body: z.object({ dataset: DatasetId, files: z.int().min(0), bytes: z.int().min(0) }),
    reply: JobBegun,
    status: 202,
    problems: ['LAKE_NONE', 'NAME_INVALID', 'NAME_TAKEN', 'DRAFT_BUSY'],
  }),
  /** Which of these files need not be sent, because the draft has them with this size and time. Up to 5,000 at once. */
  offerFiles: route({
    method: 'POST',
    path: '/dta/intakes/{job}/offer',
    summary: 'Says which of the files named are still to be sent',
    params,
    body: z.object({ files: z.array(OfferedFile).max(5_000) }),
    reply: z.object({
      /** Paths to send. */
      wanted: z.array(z.string()),
      /** Files that the draft holds already. */
      kept: z.int(),
      /** Names that no file of a dataset can have, and why. */
      refused: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
    problems: ['INTAKE_UNKNOWN'],
  }),
  finishIntake: route({
    method: 'POST',
    path: '/dta/intakes/{job}/finish',
    summary: 'All files of the intake were sent',
    params,
    body: z.object({ emptyFolders: z.array(z.string()).default([]) }),
    reply: JobBegun,
    status: 202,
    problems: ['INTAKE_UNKNOWN'],
  }),
  takePaths: route({
    method: 'POST',
    path: '/dta/local/intakes',
    summary: "Takes files and folders of this computer into a dataset's draft; the dataset is made where it is not there",
    body: z.object({ dataset: DatasetId, paths: z.array(z.string().min(1)).min(1) }),
    reply: JobBegun,
    status: 202,
    problems: ['LAKE_NONE', 'NAME_INVALID', 'NAME_TAKEN', 'DRAFT_BUSY'],
    local: true,
  }),
} as const;
