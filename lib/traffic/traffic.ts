import type { CloserFacts, ServiceFacts, TrafficFacts } from '../facts/capture.ts';
import { Bins } from './bins.ts';
import { Distinct } from './distinct.ts';
import type { ConnectionSummary } from './summary.ts';

/** Connection numbers kept as examples. */
const EXAMPLES = 20;

/** Turns an address, as four int32s, into text. */
export type AddressText = (ipVersion: number, a: number, b: number, c: number, d: number) => string;

/** The counters of one listener: server address and port. */
class Service {
  readonly address: string;
  readonly port: number;
  connections = 0;
  begun = 0;
  completed = 0;
  refused = 0;
  reset = 0;
  answered = 0;
  readonly begunPerSecond: Bins = new Bins();
  readonly completedPerSecond: Bins = new Bins();
  readonly refusedPerSecond: Bins = new Bins();
  readonly halfOpen: Bins = new Bins();
  readonly closeWait: Bins = new Bins();
  readonly sources: Distinct = new Distinct();
  readonly networks: Distinct = new Distinct();
  incomplete = 0;
  retriedSyns = 0;
  synAcksRetried = 0;
  answeredBySynAck = 0;
  readonly ttls: Distinct = new Distinct();
  firstFrame = 0;
  lastFrame = 0;
  examples: number[] = [];

  constructor(address: string, port: number) {
    this.address = address;
    this.port = port;
  }

  add(c: ConnectionSummary): void {
    this.connections++;
    if (c.reset) this.reset++;
    if (c.answered) this.answered++;
    const network = c.ipVersion === 4 ? c.client[3]! >>> 8 : mix(c.client[0]!, c.client[1]!);
    this.sources.add(
      c.ipVersion === 4 ? c.client[3]! : mix(mix(c.client[0]!, c.client[1]!), mix(c.client[2]!, c.client[3]!)),
    );
    this.networks.add(network);
    if (c.closeWaitFrom >= 0) {
      this.closeWait.add(c.closeWaitFrom);
      if (c.closeWaitTo >= 0) this.closeWait.add(c.closeWaitTo, -1);
    }
    if (c.begun < 0) return;
    this.begun++;
    this.begunPerSecond.add(c.begun);
    this.halfOpen.add(c.begun);
    if (c.settled >= 0) this.halfOpen.add(c.settled, -1);
    if (c.completed) {
      this.completed++;
      this.completedPerSecond.add(c.begun);
    } else if (c.refused) {
      this.refused++;
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
    if (this.firstFrame === 0 || c.firstFrame < this.firstFrame) this.firstFrame = c.firstFrame;
    if (c.lastFrame > this.lastFrame) this.lastFrame = c.lastFrame;
    keepLowest(this.examples, c.number);
  }

  facts(): ServiceFacts {
    return {
      address: this.address,
      port: this.port,
      connections: this.connections,
      begun: this.begun,
      completed: this.completed,
      refused: this.refused,
      reset: this.reset,
      answered: this.answered,
      begunPerSecond: this.begunPerSecond.entries(),
      completedPerSecond: this.completedPerSecond.entries(),
      refusedPerSecond: this.refusedPerSecond.entries(),
      peakHalfOpen: this.halfOpen.peak(),
      closeWaitPerSecond: this.closeWait.entries(),
      sources: this.sources.count(),
      sourceNetworks: this.networks.count(),
      sourcesExact: this.sources.exact,
      incomplete: {
        connections: this.incomplete,
        retriedSyns: this.retriedSyns,
        synAcksRetried: this.synAcksRetried,
        answeredBySynAck: this.answeredBySynAck,
        distinctTtls: this.ttls.count(),
        firstFrame: this.firstFrame,
        lastFrame: this.lastFrame,
        examples: this.examples,
      },
    };
  }
}

/** The counters of one host that closes first. */
class Closer {
  readonly address: string;
  readonly role: 'connected' | 'listened';
  readonly serviceAddress: string;
  readonly servicePort: number;
  closes = 0;
  readonly closesPerSecond: Bins = new Bins();
  readonly waiting: Bins = new Bins();
  firstFrame = 0;
  lastFrame = 0;
  examples: number[] = [];

  constructor(address: string, role: 'connected' | 'listened', serviceAddress: string, servicePort: number) {
    this.address = address;
    this.role = role;
    this.serviceAddress = serviceAddress;
    this.servicePort = servicePort;
  }

  add(c: ConnectionSummary): void {
    this.closes++;
    this.closesPerSecond.add(c.timeWaitFrom);
    this.waiting.add(c.timeWaitFrom);
    if (c.timeWaitTo >= 0) this.waiting.add(c.timeWaitTo, -1);
    if (this.firstFrame === 0 || c.timeWaitFrame < this.firstFrame) this.firstFrame = c.timeWaitFrame;
    if (c.timeWaitFrame > this.lastFrame) this.lastFrame = c.timeWaitFrame;
    keepLowest(this.examples, c.number);
  }

  facts(): CloserFacts {
    const { address, role, serviceAddress, servicePort, closes, firstFrame, lastFrame, examples } = this;
    return {
      address,
      role,
      serviceAddress,
      servicePort,
      closes,
      closesPerSecond: this.closesPerSecond.entries(),
      peak: this.waiting.peak(),
      firstFrame,
      lastFrame,
      examples,
    };
  }
}

/** Counters over all connections of a capture: what the traffic rules read. Order of adding does not matter. */
export class Traffic {
  private readonly services = new Map<string, Service>();
  private readonly closers = new Map<string, Closer>();
  private readonly text: AddressText;
  /** The service added to last: floods and busy servers come back to it. */
  private last: Service | null = null;
  private readonly lastServer = new Int32Array(4);
  private lastPort = 0;

  constructor(text: AddressText) {
    this.text = text;
  }

  add(c: ConnectionSummary): void {
    this.service(c).add(c);
    if ((c.timeWaitBy & 1) !== 0) this.closer(c, 'connected').add(c);
    if ((c.timeWaitBy & 2) !== 0) this.closer(c, 'listened').add(c);
  }

  /** In order of address and port, whatever the order of adding. */
  facts(): TrafficFacts {
    const inOrder = <T>(map: Map<string, T>): T[] =>
      [...map.entries()].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, v]) => v);
    return {
      services: inOrder(this.services).map((service) => service.facts()),
      closers: inOrder(this.closers).map((closer) => closer.facts()),
    };
  }

  private service(c: ConnectionSummary): Service {
    if (this.last !== null && this.isLast(c)) return this.last;
    const { server } = c;
    const address = this.text(c.ipVersion, server[0]!, server[1]!, server[2]!, server[3]!);
    const key = `${address} ${c.serverPort}`;
    let service = this.services.get(key);
    if (service === undefined) {
      service = new Service(address, c.serverPort);
      this.services.set(key, service);
    }
    this.lastServer.set(server);
    this.lastPort = c.serverPort;
    this.last = service;
    return service;
  }

  private isLast({ server, serverPort }: ConnectionSummary): boolean {
    const last = this.lastServer;
    return (
      server[3] === last[3] &&
      serverPort === this.lastPort &&
      server[0] === last[0] &&
      server[1] === last[1] &&
      server[2] === last[2]
    );
  }

  private closer(c: ConnectionSummary, role: 'connected' | 'listened'): Closer {
    const service = this.service(c);
    const own = c.client;
    const address = role === 'listened' ? service.address : this.text(c.ipVersion, own[0]!, own[1]!, own[2]!, own[3]!);
    const key = `${address} ${role} ${service.address} ${service.port}`;
    let closer = this.closers.get(key);
    if (closer === undefined) {
      closer = new Closer(address, role, service.address, service.port);
      this.closers.set(key, closer);
    }
    return closer;
  }
}

/** Keeps the lowest numbers, in order: the same ones in whatever order they come. */
function keepLowest(list: number[], number: number): void {
  if (list.length >= EXAMPLES && number > list[list.length - 1]!) return;
  let i = list.length;
  while (i > 0 && list[i - 1]! > number) i--;
  list.splice(i, 0, number);
  if (list.length > EXAMPLES) list.pop();
}

function mix(a: number, b: number): number {
  return Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b) ^ (a >>> 15);
}
