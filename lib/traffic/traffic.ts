import type { TrafficFacts } from '../facts/capture.ts';
import { roomForClosers } from './closer.ts';
import { Losses } from './losses.ts';
import { roomForPairs } from './pairs.ts';
import { scansOf } from './scans.ts';
import { type Rooms, Service } from './service.ts';
import type { AddressText, ConnectionSummary } from './summary.ts';

/** Counters over all connections of a capture: what the traffic rules read. Order of adding does not matter. */
export class Traffic {
  readonly losses: Losses = new Losses();
  /** By server address and port: a number for IPv4, text for IPv6. */
  private readonly services = new Map<number | string, Service>();
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
    this.service(c).add(c);
  }

  /** In order of address and port, whatever the order of adding. */
  facts(): TrafficFacts {
    const services = inOrder([...this.services.values()], ({ address, port }) => `${address} ${port}`);
    const closers = services.flatMap((service) => service.closers.facts(service, this.text));
    const pairs = services.flatMap((service) => service.pairs.facts(service, this.text));
    const scans = scansOf(services, this.text);
    const lossBins = this.losses.bins(this.text);
    return {
      services: services.map((service) => service.facts()),
      closers: inOrder(closers, (c) => `${c.address} ${c.role} ${c.serviceAddress} ${c.servicePort}`),
      ...(scans.length === 0 ? {} : { scans }),
      ...(pairs.length === 0 ? {} : { pairs }),
      ...(this.losses.count === 0 ? {} : { lossBins, losses: this.losses.count }),
    };
  }

  private service(c: ConnectionSummary): Service {
    if (this.last !== null && this.isLast(c)) return this.last;
    const { server } = c;
    const key = c.ipVersion === 4 ? (server[3]! >>> 0) * 65_536 + c.serverPort : `${server.join()},${c.serverPort}`;
    let service = this.services.get(key);
    if (service === undefined) {
      service = new Service(this.text(c.ipVersion, server[0]!, server[1]!, server[2]!, server[3]!), c, this.rooms);
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
}

function inOrder<T>(all: readonly T[], key: (one: T) => string): T[] {
  return all
    .map((one) => ({ one, key: key(one) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ one }) => one);
}
