/** A path that could not be read at all. The message is one line, and names the path. */
export class InputError extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${printable(path)}: ${reason}`);
    this.name = 'InputError';
    this.path = path;
  }

  /** From what Node's file functions throw. */
  static from(path: string, cause: unknown): InputError {
    const { code, message } = cause as NodeJS.ErrnoException;
    return new InputError(path, REASONS.get(code ?? '') ?? printable(message ?? String(cause)));
  }
}

const REASONS = new Map([
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'no such file'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'is a directory'],
  ['EIO', 'the device could not be read'],
  ['EMFILE', 'too many open files'],
  ['ELOOP', 'too many symbolic links'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ERR_INVALID_ARG_VALUE', 'is no valid path'],
]);

/** File names may hold anything; a message holds no control characters. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}
