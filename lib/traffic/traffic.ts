import type { TrafficFacts } from '../facts/capture.ts';
import { Closer } from './closer.ts';
import { Losses } from './losses.ts';
import { scansOf } from './scans.ts';
import { Service } from './service.ts';
import type { AddressText, ConnectionSummary } from './summary.ts';

/** Counters over all connections of a capture: what the traffic rules read. Order of adding does not matter. */
export class Traffic {
  readonly losses: Losses = new Losses();
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
    const services = inOrder(this.services);
    const pairs = services.flatMap((service) => service.pairs.facts(service, this.text));
    const scans = scansOf(services, this.text);
    const lossBins = this.losses.bins(this.text);
    return {
      services: services.map((service) => service.facts()),
      closers: inOrder(this.closers).map((closer) => closer.facts()),
      ...(scans.length === 0 ? {} : { scans }),
      ...(pairs.length === 0 ? {} : { pairs }),
      ...(this.losses.count === 0 ? {} : { lossBins, losses: this.losses.count }),
    };
  }

  private service(c: ConnectionSummary): Service {
    if (this.last !== null && this.isLast(c)) return this.last;
    const { server } = c;
    const address = this.text(c.ipVersion, server[0]!, server[1]!, server[2]!, server[3]!);
    const key = `${address} ${c.serverPort}`;
    let service = this.services.get(key);
    if (service === undefined) {
      service = new Service(address, c);
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
