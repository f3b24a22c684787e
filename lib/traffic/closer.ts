import type { CloserFacts } from '../facts/capture.ts';
import { Bins } from './bins.ts';
import { Room } from './busiest.ts';
import { Extent } from './extent.ts';
import { type AddressText, addressKey, type ConnectionSummary, keyText } from './summary.ts';

/** Hosts told apart that connected and closed first, of one service and of all; beyond, those with the fewest closes are forgotten. */
const MOST_HOSTS = 64;
const MOST_PAIRS = 8192;

/** For the hosts of all services. */
export function roomForClosers(): Room {
  return new Room(MOST_HOSTS, MOST_PAIRS);
}

/** What one close leaves: most hosts close once. */
class Close {
  readonly number: number;
  readonly timeWaitFrom: number;
  readonly timeWaitTo: number;
  readonly timeWaitFrame: number;

  constructor({ number, timeWaitFrom, timeWaitTo, timeWaitFrame }: ConnectionSummary) {
    this.number = number;
    this.timeWaitFrom = timeWaitFrom;
    this.timeWaitTo = timeWaitTo;
    this.timeWaitFrame = timeWaitFrame;
  }
}

/** The hosts that close connections of one service first, and so hold their TIME_WAIT. */
export class Closers {
  /** The service's own host. */
  private listened: Closer | null = null;
  /** Those that connected, by address: an IPv4 one as int32, an IPv6 one in text. */
  private connected: Map<number | string, Close | Closer> | null = null;
  private readonly room: Room;

  constructor(room: Room) {
    this.room = room;
  }

  add(c: ConnectionSummary): void {
    if ((c.timeWaitBy & 1) !== 0) this.addConnected(c);
    if ((c.timeWaitBy & 2) !== 0) {
      this.listened ??= new Closer('listened');
      this.listened.add(c);
    }
  }

  private addConnected(c: ConnectionSummary): void {
    const key = addressKey(c);
    this.connected ??= new Map();
    const known = this.connected.get(key);
    if (known === undefined) {
      this.room.take(this.connected, closesOf);
      this.connected.set(key, new Close(c));
    } else if (known instanceof Closer) known.add(c);
    else {
      const closer = new Closer('connected');
      closer.add(known);
      closer.add(c);
      this.connected.set(key, closer);
    }
  }

  /** Those that closed more than once. */
  facts(service: Listener, text: AddressText): CloserFacts[] {
    const own = this.listened;
    const found = own === null || own.closes < 2 ? [] : [own.facts(service.address, service)];
    for (const [key, closer] of this.connected ?? []) {
      if (closer instanceof Closer) found.push(closer.facts(keyText(key, text), service));
    }
    return found;
  }
}

function closesOf(host: Close | Closer): number {
  return host instanceof Closer ? host.closes : 1;
}

interface Listener {
  readonly address: string;
  readonly port: number;
}

/** The counters of one host that closes first. */
class Closer {
  readonly role: 'connected' | 'listened';
  closes = 0;
  readonly closesPerSecond: Bins = new Bins();
  readonly waiting: Bins = new Bins();
  private readonly extent = new Extent();

  constructor(role: 'connected' | 'listened') {
    this.role = role;
  }

  add(c: Close | ConnectionSummary): void {
    this.closes++;
    this.closesPerSecond.add(c.timeWaitFrom);
    this.waiting.add(c.timeWaitFrom);
    if (c.timeWaitTo >= 0) this.waiting.add(c.timeWaitTo, -1);
    this.extent.add(c.timeWaitFrame, c.timeWaitFrame, c.number);
  }

  facts(address: string, service: Listener): CloserFacts {
    return {
      address,
      role: this.role,
      serviceAddress: service.address,
      servicePort: service.port,
      closes: this.closes,
      closesPerSecond: this.closesPerSecond.entries(),
      peak: this.waiting.peak(),
      ...this.extent.facts(),
    };
  }
}
