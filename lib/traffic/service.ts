import type { ServiceFacts } from '../facts/capture.ts';
import type { TimesFacts } from '../facts/services.ts';
import { Attempts } from './attempts.ts';
import { Bins } from './bins.ts';
import type { Room } from './busiest.ts';
import { Cited } from './cited.ts';
import { Closers } from './closer.ts';
import { CookieSigns } from './cookie-signs.ts';
import { Distinct } from './distinct.ts';
import { Extent } from './extent.ts';
import { IgnoredAcks } from './ignored-acks.ts';
import { Pairs } from './pairs.ts';
import { Sources } from './sources.ts';
import type { ConnectionSummary, ResponseTimes } from './summary.ts';

/** What the counters of all listeners share. */
export interface Rooms {
  readonly pairs: Room;
  readonly closers: Room;
}

/** The counters of one listener: server address and port. */
export class Service {
  readonly address: string;
  readonly port: number;
  /** The address as four int32s. */
  readonly words: Int32Array;
  readonly ipVersion: number;
  connections = 0;
  begun = 0;
  completed = 0;
  refused = 0;
  reset = 0;
  answered = 0;
  readonly begunPerSecond: Bins = new Bins();
  readonly completedPerSecond: Bins = new Bins();
  readonly refusedPerSecond: Bins = new Bins();
  readonly resetPerSecond: Bins = new Bins();
  readonly halfOpen: Bins = new Bins();
  readonly closeWait: Bins = new Bins();
  readonly sources: Sources = new Sources();
  incomplete = 0;
  retriedSyns = 0;
  synAcksRetried = 0;
  answeredBySynAck = 0;
  unheard = 0;
  readonly ignoredAcks: IgnoredAcks = new IgnoredAcks();
  readonly cookieSigns: CookieSigns = new CookieSigns();
  readonly attempts: Attempts = new Attempts();
  readonly pairs: Pairs;
  readonly closers: Closers;
  readonly ttls: Distinct = new Distinct();
  responses: ResponseTimes | null = null;
  private readonly incompleteExtent = new Extent();
  private readonly refusals = new Cited();
  private readonly resets = new Cited();
  private readonly closeWaitHeld = new Cited();

  constructor(address: string, { ipVersion, server, serverPort }: ConnectionSummary, rooms: Rooms) {
    this.address = address;
    this.pairs = new Pairs(rooms.pairs);
    this.closers = new Closers(rooms.closers);
    this.port = serverPort;
    this.ipVersion = ipVersion;
    this.words = server.slice();
  }

  add(c: ConnectionSummary): void {
    this.connections++;
    if (c.reset) this.reset++;
    this.responses ??= c.responses;
    if (c.cutOff >= 0) {
      this.resetPerSecond.add(c.cutOff);
      this.resets.add(c);
    }
    if (c.answered) this.answered++;
    if (c.unheard) this.unheard++;
    this.sources.add(c);
    if (c.closeWaitFrom >= 0) {
      this.closeWait.add(c.closeWaitFrom);
      if (c.closeWaitTo >= 0) this.closeWait.add(c.closeWaitTo, -1);
      else this.closeWaitHeld.add(c);
    }
    if (c.timeWaitBy !== 0) this.closers.add(c);
    if (c.synAcksIgnored > 0) this.ignoredAcks.add(c);
    if (c.offered !== 0) this.cookieSigns.add(c);
    if (c.begun < 0) return;
    this.begun++;
    this.attempts.add(c);
    this.begunPerSecond.add(c.begun);
    this.halfOpen.add(c.begun);
    if (c.settled >= 0) this.halfOpen.add(c.settled, -1);
    if (c.completed) {
      this.completed++;
      this.completedPerSecond.add(c.begun);
      this.pairs.add(c);
    } else if (c.refused) {
      this.refused++;
      this.refusals.add(c);
      this.refusedPerSecond.add(c.begun);
    } else {
      this.addIncomplete(c);
    }
  }

  private addIncomplete(c: ConnectionSummary): void {
    this.incomplete++;
    if (c.synCount > 1) this.retriedSyns++;
    if (c.synAckCount > 1) this.synAcksRetried++;
    if (c.synAckCount > 0) this.answeredBySynAck++;
    this.ttls.add(c.ttl);
    this.incompleteExtent.add(c.firstFrame, c.lastFrame, c.number);
  }

  /** Counts per second are unpacked when they are asked for: those of many services, for long, are much. */
  facts(): ServiceFacts {
    const { begunPerSecond, completedPerSecond, refusedPerSecond, closeWait } = this;
    const resetPerSecond = this.resetPerSecond.entries();
    const ignoredAcks = this.ignoredAcks.facts();
    const cookieSigns = this.cookieSigns.count();
    const responses = this.responses?.facts() ?? null;
    const refusals = this.refusals.facts();
    const resets = this.resets.facts();
    const closeWaitHeld = this.closeWaitHeld.facts();
    return {
      address: this.address,
      port: this.port,
      connections: this.connections,
      begun: this.begun,
      completed: this.completed,
      refused: this.refused,
      reset: this.reset,
      answered: this.answered,
      get begunPerSecond() {
        return begunPerSecond.entries();
      },
      get completedPerSecond() {
        return completedPerSecond.entries();
      },
      get refusedPerSecond() {
        return refusedPerSecond.entries();
      },
      ...(resetPerSecond.length === 0 ? {} : { resetPerSecond }),
      ...(refusals === null ? {} : { refusals }),
      ...(resets === null ? {} : { resets }),
      ...(closeWaitHeld === null ? {} : { closeWaitHeld }),
      ...(ignoredAcks === null ? {} : { ignoredAcks }),
      ...(this.unheard === 0 ? {} : { unheard: this.unheard }),
      ...(cookieSigns === 0 ? {} : { cookieSigns }),
      ...(responses === null ? {} : { responses: timesOf(responses, this.responses!) }),
      peakHalfOpen: this.halfOpen.peak(),
      get closeWaitPerSecond() {
        return closeWait.entries();
      },
      sources: this.sources.hosts.count(),
      sourceNetworks: this.sources.networks,
      sourcesExact: this.sources.hosts.exact,
      incomplete: {
        connections: this.incomplete,
        retriedSyns: this.retriedSyns,
        synAcksRetried: this.synAcksRetried,
        answeredBySynAck: this.answeredBySynAck,
        distinctTtls: this.ttls.count(),
        ...this.incompleteExtent.facts(),
      },
    };
  }
}

function timesOf(times: Omit<TimesFacts, 'histogram'>, gathered: ResponseTimes): TimesFacts {
  return {
    ...times,
    get histogram() {
      return gathered.histogram();
    },
  };
}
