import type { TrafficFacts } from '../facts/capture.ts';
import { roomForClosers } from './closer.ts';
import { Losses } from './losses.ts';
import { roomForPairs } from './pairs.ts';
import { scansOf } from './scans.ts';
import { type Rooms, Service } from './service.ts';
import type { AddressText, ConnectionSummary } from './summary.ts';
import { isInVain, Tried } from './tried.ts';

/** So many services are told of one by one, whatever they are; of more, those that were only tried in vain are left out. */
const MOST_TOLD = 1024;

/** Services that are counted one by one, at some 4 kB each, beside those that were only tried. */
const MOST_SERVICES = 65_536;

/** Connections of services for which there was no room. */
export interface LeftOut {
  connections: number;
  /** Of the first of them; 0 without. */
  firstFrame: number;
}

/** Counters over all connections of a capture: what the traffic rules read. Order of adding does not matter. */
export class Traffic {
  readonly losses: Losses = new Losses();
  readonly leftOut: LeftOut = { connections: 0, firstFrame: 0 };
  /** By server address and port (`keyOf`). */
  private readonly services = new Map<number | string, Service>();
  private readonly tried4 = new Tried(1);
  private readonly tried6 = new Tried(4);
  private readonly rooms: Rooms = { pairs: roomForPairs(), closers: roomForClosers() };
  private readonly text: AddressText;
  /** The service added to last: floods and busy servers come back to it. */
  private last: Service | null = null;
  private readonly lastServer = new Int32Array(4);
  private lastPort = 0;

  constructor(text: AddressText) {
    this.text = text;
  }

  add(c: ConnectionSummary): void {
    const service = this.known(c) ?? this.begun(c);
    service?.add(c);
  }

  /** In order of address and port, whatever the order of adding. */
  facts(): TrafficFacts {
    const { text } = this;
    const services = inOrder([...this.services.values()], ({ address, port }) => `${address} ${port}`);
    const closers = services.flatMap((service) => service.closers.facts(service, text));
    const pairs = services.flatMap((service) => service.pairs.facts(service, text));
    const scans = scansOf(services, [this.tried4, this.tried6], text);
    const lossBins = this.losses.bins(text);
    return {
      services: this.told(services).map((service) => service.facts()),
      closers: inOrder(closers, (c) => `${c.address} ${c.role} ${c.serviceAddress} ${c.servicePort}`),
      ...(scans.length === 0 ? {} : { scans }),
      ...(pairs.length === 0 ? {} : { pairs }),
      ...(this.losses.count === 0 ? {} : { lossBins, losses: this.losses.count }),
    };
  }

  /** With those that were only tried, as long as they are few. */
  private told(services: readonly Service[]): readonly Service[] {
    const { tried4, tried6 } = this;
    if (services.length + tried4.count + tried6.count > MOST_TOLD) return services;
    const others = [tried4, tried6].flatMap((tried) => [...tried.firsts()].map((first) => this.made(tried, first)!));
    return inOrder([...services, ...others], ({ address, port }) => `${address} ${port}`);
  }

  /** The service of a connection, if more is known of it than a few attempts in vain. */
  private known(c: ConnectionSummary): Service | undefined {
    if (this.last !== null && this.isLast(c)) return this.last;
    const service = this.services.get(keyOf(c));
    if (service !== undefined) this.noteLast(c, service);
    return service;
  }

  /** A service of which nothing else is known so far; null while it is only tried, or where there is no room. */
  private begun(c: ConnectionSummary): Service | null {
    const tried = c.ipVersion === 4 ? this.tried4 : this.tried6;
    const first = tried.find(c);
    if (isInVain(c) && tried.add(c, first)) return null;
    if (this.services.size >= MOST_SERVICES) {
      this.leftOut.connections++;
      this.leftOut.firstFrame ||= c.firstFrame;
      return null;
    }
    const service = this.made(tried, first) ?? this.create(c);
    if (first >= 0) tried.giveUp(first);
    this.services.set(keyOf(c), service);
    this.noteLast(c, service);
    return service;
  }

  /** The service that the attempts from `first` on come to, null without. */
  private made(tried: Tried, first: number): Service | null {
    let service: Service | null = null;
    for (const attempt of tried.tell(first)) {
      service ??= this.create(attempt);
      service.add(attempt);
    }
    return service;
  }

  private create(c: ConnectionSummary): Service {
    const { ipVersion, server } = c;
    return new Service(this.text(ipVersion, server[0]!, server[1]!, server[2]!, server[3]!), c, this.rooms);
  }

  private noteLast({ server, serverPort }: ConnectionSummary, service: Service): void {
    this.lastServer.set(server);
    this.lastPort = serverPort;
    this.last = service;
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
}

/** A number for IPv4, text for IPv6. */
function keyOf({ ipVersion, server, serverPort }: ConnectionSummary): number | string {
  return ipVersion === 4 ? (server[3]! >>> 0) * 65_536 + serverPort : `${server.join()},${serverPort}`;
}

function inOrder<T>(all: readonly T[], key: (one: T) => string): T[] {
  return all
    .map((one) => ({ one, key: key(one) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ one }) => one);
}
