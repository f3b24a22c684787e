import { addressText } from '../facts/address.ts';
import type {
  ConnectionFacts,
  EndpointFacts,
  FinFacts,
  HandshakeFacts,
  Side,
  StateChange,
  StateSpell,
  Vantage,
} from '../facts/connection.ts';
import { after, type Moment } from '../facts/moment.ts';
import { STATE_NAMES, type StateName } from '../facts/state.ts';
import type { Segment } from '../packet/segment.ts';
import type { Connection, Oddities } from '../tcp/connection.ts';
import { FlowView } from '../tcp/flow-view.ts';
import type { Timeline } from '../tcp/state/timeline.ts';
import { change, closing, fin, handshake, merged, type Step, spells, stepsOf } from './steps.ts';

/** What is known of a connection besides itself when it is looked at. */
export interface Watching {
  /** What it has shown by now. */
  readonly notes: number;
  /** How long the capture went on after the connection's last segment, seconds. */
  readonly watched: number;
  readonly vantage: Vantage;
  readonly end: Moment;
  readonly timeWait: number;
  /** Median handshake of this client and service so far, seconds. */
  readonly usualRtt: number | null;
  /** Tunnels around it, in words. */
  readonly tunnel: string | null;
  /** So many more are like it. */
  readonly alike: number;
}

/** The name of an endpoint, undefined for none. */
export type Naming = (address: string, port: number) => string | undefined;

/** The facts of one end of a connection in memory, each made when it is read. */
class EndpointView extends FlowView implements EndpointFacts {
  private readonly side: Side;
  private readonly whole: ConnectionView;
  private text: string | null = null;
  private past: StateSpell[] | null = null;
  private close: FinFacts | null | undefined = undefined;

  constructor(side: Side, whole: ConnectionView) {
    super();
    this.side = side;
    this.whole = whole;
  }

  override look(c: Connection, side: Side, until: Moment): this {
    this.text = null;
    this.past = null;
    this.close = undefined;
    return super.look(c, side, until);
  }

  get address(): string {
    if (this.text === null) {
      const { tuple } = this.whole;
      const { ipVersion } = this.connection;
      this.text =
        this.side === 'client'
          ? addressText(ipVersion, tuple.srcA, tuple.srcB, tuple.srcC, tuple.srcD)
          : addressText(ipVersion, tuple.dstA, tuple.dstB, tuple.dstC, tuple.dstD);
    }
    return this.text;
  }
  get port(): number {
    return this.side === 'client' ? this.whole.tuple.srcPort : this.whole.tuple.dstPort;
  }
  get name(): string | undefined {
    return this.whole.naming?.(this.address, this.port);
  }
  get finalState(): StateName {
    return STATE_NAMES[this.whole.stepsOf(this.side).at(-1)?.state ?? this.endpoint.state]!;
  }
  get spells(): readonly StateSpell[] {
    this.past ??= spells(this.whole.stepsOf(this.side));
    return this.past;
  }
  get fin(): FinFacts | null {
    if (this.close === undefined) this.close = fin(this.connection, this.endpoint, this.whole.stepsOf(this.side));
    return this.close;
  }
}

/**
 * All that is told of one connection in memory, each fact made when it is read: rules look at few of many. Valid until it
 * looks at another; `connectionFacts` makes of it what may be kept.
 */
export class ConnectionView implements ConnectionFacts {
  readonly client: EndpointView = new EndpointView('client', this);
  readonly server: EndpointView = new EndpointView('server', this);
  /** Holds addresses and ports of the connection looked at, from client to server. */
  readonly tuple: Segment;
  readonly naming: Naming | null;
  private readonly states: Timeline;
  private c!: Connection;
  private odd: Oddities | null = null;
  private watching!: Watching;
  private clientSteps: readonly Step[] | null = null;
  private serverSteps: readonly Step[] | null = null;
  private allSteps: readonly Step[] | null = null;
  private opening: HandshakeFacts | null = null;

  constructor(tuple: Segment, states: Timeline, naming: Naming | null) {
    this.tuple = tuple;
    this.states = states;
    this.naming = naming;
  }

  look(c: Connection, watching: Watching): this {
    this.c = c;
    this.odd = c.oddities;
    this.watching = watching;
    this.clientSteps = null;
    this.serverSteps = null;
    this.allSteps = null;
    this.opening = null;
    const until = after(this.end, watching.watched);
    this.client.look(c, 'client', until);
    this.server.look(c, 'server', until);
    return this;
  }

  /** There may be rarer things to tell of it (facts/connection.ts). */
  get isOdd(): boolean {
    return this.odd !== null;
  }

  get connection(): number {
    return this.c.number;
  }
  get notes(): number {
    return this.watching.notes;
  }
  get alike(): number | undefined {
    return this.watching.alike === 0 ? undefined : this.watching.alike;
  }
  get streams(): readonly number[] {
    return this.odd?.streams ?? [this.c.stream];
  }
  get tunnel(): string | null {
    return this.watching.tunnel;
  }
  get roleConfidence(): ConnectionFacts['roleConfidence'] {
    return this.c.handshakeSeen ? 'handshake' : 'guessed';
  }
  get start(): Moment {
    return { seconds: this.c.startSeconds, nanos: this.c.startNanos };
  }
  get end(): Moment {
    return { seconds: this.c.lastSeconds, nanos: this.c.lastNanos };
  }
  get firstFrame(): number {
    return this.c.firstFrame;
  }
  get lastFrame(): number {
    return this.c.lastFrame;
  }
  get watchedAfter(): number {
    return this.watching.watched;
  }
  get handshakeSeen(): boolean {
    return this.c.handshakeSeen;
  }
  get handshake(): HandshakeFacts {
    this.opening ??= handshake(this.c, this.stepsOf('client'), this.stepsOf('server'), this.watching.usualRtt);
    return this.opening;
  }
  get closedBy(): ConnectionFacts['closedBy'] {
    return closing(this.steps).closedBy;
  }
  get closeKind(): ConnectionFacts['closeKind'] {
    return closing(this.steps).closeKind;
  }
  get vantage(): Vantage {
    return this.watching.vantage;
  }
  get resets(): ConnectionFacts['resets'] {
    return this.odd?.resets ?? NONE;
  }
  get icmpErrors(): ConnectionFacts['icmpErrors'] {
    return this.odd?.icmpErrors ?? NONE;
  }
  get timeline(): readonly StateChange[] {
    return this.steps.map(change);
  }
  get reuse(): ConnectionFacts['reuse'] {
    return this.odd?.reuse ?? null;
  }
  get straySyns(): ConnectionFacts['straySyns'] {
    return this.odd?.straySyns ?? NONE;
  }
  get oldDuplicates(): ConnectionFacts['oldDuplicates'] {
    return this.odd?.oldDuplicates?.facts();
  }
  get silences(): ConnectionFacts['silences'] {
    return this.odd?.silences?.map(({ ack: _ack, ...silence }) => silence);
  }
  get responses(): ConnectionFacts['responses'] {
    return this.odd?.responses?.facts();
  }

  /** State changes of one end, oldest first. */
  stepsOf(side: Side): readonly Step[] {
    const { c, states } = this;
    const { end, timeWait } = this.watching;
    if (side === 'client') {
      this.clientSteps ??= stepsOf(c.client, side, states, end, timeWait);
      return this.clientSteps;
    }
    this.serverSteps ??= stepsOf(c.server, side, states, end, timeWait);
    return this.serverSteps;
  }

  private get steps(): readonly Step[] {
    this.allSteps ??= merged(this.stepsOf('client'), this.stepsOf('server'));
    return this.allSteps;
  }
}

const NONE: readonly never[] = [];
