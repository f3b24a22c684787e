import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { PacketRow } from '../facts/packet-row.ts';
import type { FoundRules } from '../lint/expect.ts';
import type { Origin } from '../report/format.ts';
import type { WhereContext } from '../select/field.ts';
import type { Selection } from '../select/where.ts';
import { CliError } from './exit.ts';
import type { CaptureOptions } from './options.ts';

/** What `--stream`, `--connection` and `--where` leave of a capture. */
export class Selector {
  /** Everything is selected. */
  readonly all: boolean;
  /** Findings decide: a connection can be judged only when the capture has ended. */
  readonly needsFindings: boolean;
  /** Packets can't be judged by themselves: their connections must be known first. */
  readonly needsConnections: boolean;
  private readonly stream: number | undefined;
  private readonly connection: number | undefined;
  private readonly where: Selection | null;

  constructor({ stream, connection }: CaptureOptions, where: Selection | null) {
    this.stream = stream;
    this.connection = connection;
    this.where = where;
    this.all = stream === undefined && connection === undefined && where === null;
    this.needsFindings = where?.needsFindings ?? false;
    this.needsConnections = where !== null;
  }

  matches(facts: ConnectionFacts, origin: Origin, found?: FoundRules): boolean {
    return (
      (this.stream === undefined || facts.streams.includes(this.stream)) &&
      (this.connection === undefined || facts.connection === this.connection) &&
      (this.where === null || this.where.matchesConnection(facts, context(origin, found)))
    );
  }

  /** `facts` of its connection, where `needsConnections`. */
  matchesPacket(row: PacketRow, origin: Origin, facts?: ConnectionFacts, found?: FoundRules): boolean {
    return (
      (this.stream === undefined || row.stream === this.stream) &&
      (this.connection === undefined || row.connection === this.connection) &&
      (this.where === null || (facts !== undefined && this.where.matchesPacket(row, facts, context(origin, found))))
    );
  }
}

/** Hands on the connections of a capture that are selected: at once, or where findings decide, when it has ended. */
export class Picker {
  private readonly selector: Selector;
  private readonly origin: Origin;
  private readonly take: (facts: ConnectionFacts) => void;
  private readonly held: ConnectionFacts[] = [];

  constructor(selector: Selector, origin: Origin, take: (facts: ConnectionFacts) => void) {
    this.selector = selector;
    this.origin = origin;
    this.take = take;
  }

  add(facts: ConnectionFacts): void {
    if (this.selector.needsFindings) {
      this.held.push(facts);
    } else if (this.selector.matches(facts, this.origin)) {
      this.take(facts);
    }
  }

  end(found?: FoundRules): void {
    this.held.filter((facts) => this.selector.matches(facts, this.origin, found)).forEach(this.take);
  }
}

const COUNTED = { stream: 'streams', connection: 'connections' } as const;

/** What is named by its number has to be in one of the captures: an empty answer would pass for a good one. */
export function checkNamed(captures: readonly CaptureFacts[], options: CaptureOptions): void {
  for (const word of ['stream', 'connection'] as const) {
    const number = options[word];
    const most = Math.max(...captures.map((capture) => capture[COUNTED[word]]));
    if (number !== undefined && captures.length > 0 && number >= most) {
      const where = captures.length === 1 ? captures[0]!.path : `${captures.length} captures`;
      const there = most === 0 ? 'there is none' : `the highest is ${most - 1}`;
      throw new CliError(`${where}: no ${word} ${number} (${there})`);
    }
  }
}

function context(origin: Origin, found: FoundRules | undefined): WhereContext {
  return { captureStart: origin.start, findings: (connection) => [...(found?.get(connection) ?? [])] };
}

/** The language of `--where` is loaded only for those who use it. Conditions on single packets select no connection. */
export async function openSelector(
  options: CaptureOptions,
  selects: 'connections' | 'packets' = 'connections',
): Promise<Selector> {
  const where = options.where === undefined ? null : await readWhere(options.where);
  const [condition] = where?.packetConditions ?? [];
  if (condition !== undefined && selects === 'connections') {
    throw new CliError(`--where: "${condition}" speaks of single packets, and this selects connections`);
  }
  return new Selector(options, where);
}

async function readWhere(text: string): Promise<Selection> {
  const [{ parseWhere }, { WhereError }, { RULES }] = await Promise.all([
    import('../select/where.ts'),
    import('../select/error.ts'),
    import('../rules/index.ts'),
  ]);
  try {
    return parseWhere(
      text,
      RULES.map(({ meta }) => meta.id),
    );
  } catch (error) {
    throw error instanceof WhereError ? new CliError(`--where: ${error.message}`, caret(error.pointer)) : error;
  }
}

/** The expression and the caret under it, without the message. */
function caret(pointer: string): string {
  return pointer
    .split('\n')
    .slice(0, 2)
    .map((line) => `  ${line}\n`)
    .join('');
}
