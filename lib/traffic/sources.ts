import { mix3 } from '../bytes/slots.ts';
import { Distinct, EXACT_LIMIT } from './distinct.ts';
import type { ConnectionSummary } from './summary.ts';

/** Bits of an IPv4 address that number the host within its network, as networks are counted. */
const HOST_BITS = 8;

/** How many hosts connected, and from how many networks. */
export class Sources {
  readonly hosts: Distinct = new Distinct();
  /** Those of IPv4 follow from the hosts, as long as these are known one by one. */
  private counted: Distinct | null = null;

  add({ ipVersion, client }: ConnectionSummary): void {
    if (ipVersion === 4) this.addShort(client[3]!);
    else this.addLong(client[0]!, client[1]!, client[2]!, client[3]!);
  }

  get networks(): number {
    return (this.counted ?? this.networksOfHosts()).count();
  }

  private addShort(address: number): void {
    if (this.counted === null && this.hosts.count() >= EXACT_LIMIT) this.counted = this.networksOfHosts();
    this.hosts.add(address);
    this.counted?.add(address >>> HOST_BITS);
  }

  private addLong(a: number, b: number, c: number, d: number): void {
    this.counted ??= new Distinct();
    this.hosts.add(mix3(a, b, c, d));
    this.counted.add(mix3(a, b, 0, 0));
  }

  private networksOfHosts(): Distinct {
    const networks = new Distinct();
    for (const address of this.hosts.values()) networks.add(address >>> HOST_BITS);
    return networks;
  }
}
