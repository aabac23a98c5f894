import type { ErrorCode } from '../../contract/index.ts';

/** Why a file cannot be worked on; made into an HmsError by whoever started the thread. Errors lose their class on the way between threads. */
export class FileRefusal extends Error {
  override readonly name = 'FileRefusal';
  readonly code: Extract<ErrorCode, 'CONTENT_REFUSED' | 'COLUMN_UNKNOWN' | 'STORED_DAMAGED'>;
  readonly next: string | null;

  constructor(code: FileRefusal['code'], message: string, next: string | null = null) {
    super(message);
    this.code = code;
    this.next = next;
  }
}

/** Someone asked to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
