/** Exit codes: what scripts may rely on. */
export const DONE = 0;
/** The job is done, and `lint` (or `compare`) found what it was told to fail on. */
export const FOUND = 1;
/** The job could not be done. */
export const FAILED = 2;
export const INTERRUPTED = 130;
export const TERMINATED = 143;
/** The reader of our pipe went away. */
export const PIPE_CLOSED = 141;

/** Something the user can put right, told in one line; the exit code is FAILED. */
export class CliError extends Error {
  /** More lines that point at the trouble, already safe to print. */
  readonly details: string;

  constructor(message: string, details = '') {
    super(message);
    this.details = details;
  }
}

/** Whoever read our output is gone: nobody is left to be told. */
export class PipeClosedError extends Error {}

/** What writing failed with says that nobody reads any more. */
export function isReaderGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ECONNRESET';
}
