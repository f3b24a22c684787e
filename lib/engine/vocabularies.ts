import type { Segment } from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import { Completeness } from '../tcp/wireshark/completeness.ts';
import { ZeekConnection } from '../tcp/zeek/conn-log.ts';
import type { AnalyzerOptions } from './options.ts';

/** What other tools would call a connection: kept only when somebody asks. */
export class Vocabularies {
  private readonly completeness: Completeness | null;
  private readonly zeek: Map<Connection, ZeekConnection> | null;

  constructor(options: AnalyzerOptions) {
    this.completeness = options.labels === true ? new Completeness() : null;
    this.zeek = options.zeek === true ? new Map() : null;
  }

  step(c: Connection, s: Segment, fromClient: boolean, stream: number, reused: boolean): void {
    this.completeness?.step(stream, s, reused);
    if (this.zeek === null) return;
    let zeek = this.zeek.get(c);
    if (zeek === undefined) {
      zeek = new ZeekConnection();
      this.zeek.set(c, zeek);
    }
    zeek.step(s, fromClient);
  }

  /** The fields for the connection's facts; it is forgotten with this. */
  take(c: Connection): { completeness?: number; connState?: string; history?: string } {
    const zeek = this.zeek?.get(c);
    this.zeek?.delete(c);
    return {
      ...(this.completeness !== null ? { completeness: this.completeness.of(c.stream) } : {}),
      ...(zeek !== undefined ? { connState: zeek.connState(), history: zeek.history() } : {}),
    };
  }
}
