import type { CloserFacts } from '../facts/capture.ts';
import { Bins } from './bins.ts';
import { keepLowest } from './lowest.ts';
import { type ConnectionSummary, EXAMPLES } from './summary.ts';

/** The counters of one host that closes first. */
export class Closer {
  readonly address: string;
  readonly role: 'connected' | 'listened';
  readonly serviceAddress: string;
  readonly servicePort: number;
  closes = 0;
  readonly closesPerSecond: Bins = new Bins();
  readonly waiting: Bins = new Bins();
  firstFrame = 0;
  lastFrame = 0;
  readonly examples: number[] = [];

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
    keepLowest(this.examples, c.number, EXAMPLES);
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
