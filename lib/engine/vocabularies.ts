import type { Segment } from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import { Completeness } from '../tcp/wireshark/completeness.ts';
import { Labels } from '../tcp/wireshark/labels.ts';
import { ZeekConnection } from '../tcp/zeek/conn-log.ts';
import type { AnalyzerOptions } from './options.ts';
import type { PacketRows } from './packet-rows.ts';

/** What other tools would call a segment or a connection: kept only when somebody asks. */
export class Vocabularies {
  /** Wireshark's labels of the segment stepped through last, null when not asked for. */
  labels: number | null = null;
  private readonly wireshark: { readonly labels: Labels; readonly completeness: Completeness } | null;
  private readonly zeek: Map<Connection, ZeekConnection> | null;

  constructor(options: AnalyzerOptions, rows: PacketRows | null) {
    const onRevise = (frame: number, labels: number) => rows?.reviseLabels(frame, labels);
    this.wireshark =
      options.labels === true ? { labels: new Labels({ onRevise }), completeness: new Completeness() } : null;
    this.zeek = options.zeek === true ? new Map() : null;
  }

  step(c: Connection, s: Segment, fromClient: boolean, fromLow: boolean, stream: number, reused: boolean): void {
    if (this.wireshark !== null) {
      this.labels = this.wireshark.labels.label(stream, s, fromLow, reused);
      this.wireshark.completeness.step(stream, s, reused);
    }
    if (this.zeek !== null) this.zeekOf(c).step(s, fromClient);
  }

  /** A segment that an ICMP error quotes. */
  quote(quoted: Segment, fromLow: boolean, stream: number, reused: boolean): void {
    if (this.wireshark === null) return;
    this.wireshark.labels.quote(stream, quoted, fromLow);
    this.wireshark.completeness.stepQuoted(stream, quoted, reused);
  }

  /** The fields for the connection's facts; it is forgotten with this. */
  take(c: Connection): { completeness?: number; connState?: string; history?: string } {
    const zeek = this.zeek?.get(c);
    this.zeek?.delete(c);
    return {
      ...(this.wireshark !== null ? { completeness: this.wireshark.completeness.of(c.stream) } : {}),
      ...(zeek !== undefined ? { connState: zeek.connState(), history: zeek.history() } : {}),
    };
  }

  private zeekOf(c: Connection): ZeekConnection {
    let zeek = this.zeek!.get(c);
    if (zeek === undefined) {
      zeek = new ZeekConnection();
      this.zeek!.set(c, zeek);
    }
    return zeek;
  }
}
