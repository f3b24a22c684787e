import type { ConnectionFacts, Side } from '../facts/connection.ts';
import { after, isBefore, type Moment } from '../facts/moment.ts';
import type { PacketRow } from '../facts/packet-row.ts';
import type { Kind, RangeValue, TimeValue } from './values.ts';

/** Who talks to whom: all that is known of a connection while its packets go by. */
export interface ConnectionIdentity {
  readonly connection: number;
  readonly streams: readonly number[];
  readonly client: EndpointIdentity;
  readonly server: EndpointIdentity;
}

export interface EndpointIdentity {
  readonly address: string;
  readonly port: number;
  readonly name?: string | undefined;
}

/** What a condition may need besides the connection. */
export interface WhereContext {
  /** Time of the capture's first packet: relative times count from it. */
  readonly captureStart: Moment | null;
  /** Rules that found something in the connection. Asked only for `finding`. */
  readonly findings?: (connection: number) => readonly string[];
}

/**
 * What a condition rests on: who the endpoints are (known from the first packet), the finished connection's facts, the
 * findings of its rules, or the single packet.
 */
export type Basis = 'identity' | 'facts' | 'findings' | 'packet';

/** Yes, no, or null: it can't be told from what is at hand. */
export type Answer = boolean | null;

export interface Field<V = unknown> {
  readonly name: string;
  readonly kind: Kind<V>;
  /** `client` or `server` may stand before it. */
  readonly sided: boolean;
  readonly basis: Basis;
  /** As help prints it. */
  readonly usage: string;
  readonly summary: string;
  ofConnection(connection: ConnectionIdentity, side: Side | null, value: V, context: WhereContext): Answer;
  /** Where a packet answers for itself; without it, its connection does. */
  ofPacket?(row: PacketRow, side: Side | null, value: V, context: WhereContext): Answer;
}

/** A condition, as the parser knows it. Without a usage of its own, `NAME VALUE`. */
export function define<V>(field: Omit<Field<V>, 'usage'> & { usage?: string }): Field {
  const usage = field.usage ?? `${field.sided ? '[client|server] ' : ''}${field.name} ${field.kind.expects}`;
  return { ...field, usage } as Field;
}

/** One endpoint, or either of them, is so. */
export function either<E extends EndpointIdentity>(
  connection: { readonly client: E; readonly server: E },
  side: Side | null,
  test: (endpoint: E) => boolean,
): boolean {
  return (side !== 'server' && test(connection.client)) || (side !== 'client' && test(connection.server));
}

/** Null while only the identity of the connection is at hand. */
export function ofFacts(connection: ConnectionIdentity, test: (facts: ConnectionFacts) => boolean): Answer {
  return 'timeline' in connection ? test(connection as ConnectionFacts) : null;
}

export function within(value: number, { from, to }: RangeValue): boolean {
  return value >= from && value <= to;
}

/** A span of time reaches into another, whose ends may be open. */
export function overlaps(
  start: Moment,
  end: Moment,
  from: TimeValue | null,
  to: TimeValue | null,
  context: WhereContext,
): boolean {
  return (
    (from === null || !isBefore(end, momentOf(from, context))) &&
    (to === null || !isBefore(momentOf(to, context), start))
  );
}

function momentOf(time: TimeValue, context: WhereContext): Moment {
  if ('moment' in time) return time.moment;
  return after(context.captureStart ?? { seconds: 0, nanos: 0 }, time.relative);
}
