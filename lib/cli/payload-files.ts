import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StreamConnection, StreamEvent, StreamHole } from '../facts/stream.ts';
import { json } from '../report/escape.ts';
import { CliError } from './exit.ts';
import { reason } from './output.ts';

/** Bytes gathered before they are written, of all files together. */
const GATHERED_BYTES = 16 * 1024 * 1024;
/** Holes listed of one stream. */
const MOST_HOLES = 1000;

const INDEX = 'streams.ndjson';

interface PayloadFile {
  readonly name: string;
  parts: Uint8Array[];
  bytes: number;
  readonly holes: StreamHole[];
  differences: number;
}

/**
 * Every stream in a file of its own, in a folder that was empty, and beside them a list of what they are
 * (streams.ndjson). Names are made of numbers and addresses: nothing that a capture brings can choose one.
 */
export class PayloadFiles {
  private readonly folder: string;
  private readonly files = new Map<StreamConnection, { client?: PayloadFile; server?: PayloadFile }>();
  private readonly index: string[] = [];
  private gathered = 0;
  count = 0;
  bytes = 0;
  missing = 0;

  constructor(folder: string) {
    this.folder = folder;
    try {
      mkdirSync(folder, { recursive: true });
      if (readdirSync(folder).length > 0) throw new CliError(`${folder}: is not empty`);
    } catch (error) {
      throw error instanceof CliError ? error : new CliError(`${folder}: cannot write: ${reason(error)}`);
    }
  }

  add(event: StreamEvent): void {
    const both = this.files.get(event.of) ?? {};
    this.files.set(event.of, both);
    both[event.from] ??= { name: nameOf(event), parts: [], bytes: 0, holes: [], differences: 0 };
    const file = both[event.from]!;
    switch (event.kind) {
      case 'bytes':
        file.parts.push(event.bytes);
        file.bytes += event.bytes.length;
        this.bytes += event.bytes.length;
        this.gathered += event.bytes.length;
        if (this.gathered > GATHERED_BYTES) this.writeAll();
        return;
      case 'hole':
        this.missing += event.length;
        if (file.holes.length < MOST_HOLES) file.holes.push(event);
        return;
      case 'difference':
        file.differences++;
        return;
      case 'end':
        this.write(file);
        delete both[event.from];
        if (both.client === undefined && both.server === undefined) this.files.delete(event.of);
        this.index.push(indexLine(file, event));
        this.count++;
    }
  }

  close(): void {
    this.put(INDEX, [new TextEncoder().encode(this.index.join(''))]);
  }

  private writeAll(): void {
    for (const { client, server } of this.files.values()) {
      for (const file of [client, server]) if (file !== undefined && file.parts.length > 0) this.write(file);
    }
    this.gathered = 0;
  }

  private write(file: PayloadFile): void {
    this.put(file.name, file.parts);
    file.parts = [];
  }

  /** Appends: there may be more streams than files that may be open. */
  private put(name: string, parts: readonly Uint8Array[]): void {
    const path = join(this.folder, name);
    try {
      const descriptor = openSync(path, 'a');
      try {
        for (const part of parts) for (let at = 0; at < part.length; ) at += writeSync(descriptor, part, at);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      throw new CliError(`${path}: cannot write: ${reason(error)}`);
    }
  }
}

/** `000003.client.10.0.0.1-40000.10.0.0.2-80.bin`; the colons of IPv6 addresses become `_`. */
function nameOf({ of, from }: StreamEvent): string {
  const ends = [of.client, of.server].map(({ address, port }) => `${address.replaceAll(':', '_')}-${port}`);
  return `${String(of.connection).padStart(6, '0')}.${from}.${ends.join('.')}.bin`;
}

function indexLine({ name, bytes, holes, differences }: PayloadFile, end: StreamEvent & { kind: 'end' }): string {
  const { of, from, offset, by, unacknowledged, missing, repeated } = end;
  const { connection, stream, client, server, midstream } = of;
  const line = {
    file: name,
    connection,
    stream,
    from,
    client,
    server,
    midstream,
    bytes,
    length: offset,
    missing,
    holes: holes.map((hole) => ({ offset: hole.offset, length: hole.length, cause: hole.cause })),
    repeated,
    differences,
    by,
    unacknowledged,
  };
  return `${json(line)}\n`;
}
