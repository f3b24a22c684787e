import type { ConnectionFacts, EndpointFacts } from '../facts/connection.ts';
import type { Moment } from '../facts/moment.ts';
import type { StateCounts } from '../facts/services.ts';
import { StateCounting } from './state-counts.ts';

/** Hosts told apart where nobody named one; whoever forges addresses seldom comes before those whom it is about. */
const MOST_HOSTS = 4096;

/** Counts per state over time, host by host. */
export class HostCounts {
  private readonly every: number;
  /** Addresses that are meant; undefined for all, as far as they are told apart. */
  private readonly meant: readonly string[] | undefined;
  private readonly hosts = new Map<string, { readonly counting: StateCounting; served: number }>();

  constructor(every: number, meant: readonly string[] | undefined) {
    this.every = every;
    this.meant = meant;
  }

  /** `start`: of the capture, the same for all. */
  add(facts: ConnectionFacts, start: Moment): void {
    this.addEnd(facts.server, start, 1);
    this.addEnd(facts.client, start, 0);
  }

  private addEnd({ address, spells }: EndpointFacts, start: Moment, served: number): void {
    let host = this.hosts.get(address);
    if (host === undefined) {
      const wanted = this.meant === undefined ? this.hosts.size < MOST_HOSTS : this.meant.includes(address);
      if (!wanted) return;
      host = { counting: new StateCounting(start, this.every), served: 0 };
      this.hosts.set(address, host);
    }
    host.served += served;
    host.counting.add(spells);
  }

  get size(): number {
    return this.hosts.size;
  }

  /** The host with the most sockets, all moments together; a server before its only client. Null without any. */
  busiest(end: Moment): string | null {
    const all = [...this.hosts].map(([address, { counting, served }]) => ({ address, served, sum: counting.sum(end) }));
    all.sort((a, b) => b.sum - a.sum || b.served - a.served || (a.address < b.address ? -1 : 1));
    return all[0]?.address ?? null;
  }

  /** The sockets of all these addresses together. */
  facts(addresses: readonly string[], start: Moment, end: Moment): StateCounts {
    const whole = new StateCounting(start, this.every);
    for (const address of addresses) {
      const host = this.hosts.get(address);
      if (host !== undefined) whole.merge(host.counting);
    }
    return whole.facts(end);
  }
}
