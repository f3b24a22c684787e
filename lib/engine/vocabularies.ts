import type { ConnectionFacts, ZeekRowFacts } from '../facts/connection.ts';
import type { Segment } from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import { Metrics } from '../tcp/timing/metrics.ts';
import type { Judgement } from '../tcp/verdict/judgement.ts';
import { Completeness } from '../tcp/wireshark/completeness.ts';
import { Labels } from '../tcp/wireshark/labels.ts';
import { fullest, ZeekConnection } from '../tcp/zeek/conn-log.ts';
import type { AnalyzerOptions } from './options.ts';
import type { PacketRows } from './packet-rows.ts';

/** What other tools would call a segment or a connection, or measure of it: kept only when somebody asks. */
export class Vocabularies {
  /** Wireshark's labels of the segment stepped through last, null when not asked for. */
  labels: number | null = null;
  private readonly wireshark: { readonly labels: Labels; readonly completeness: Completeness } | null;
  private readonly zeek: Map<Connection, ZeekConnection> | null;
  private readonly metrics: Metrics | null;

  constructor(options: AnalyzerOptions, rows: PacketRows | null) {
    const onRevise = (frame: number, labels: number) => rows?.reviseLabels(frame, labels);
    this.wireshark =
      options.labels === true ? { labels: new Labels({ onRevise }), completeness: new Completeness() } : null;
    this.zeek = options.zeek === true ? new Map() : null;
    this.metrics = options.metrics === true ? new Metrics() : null;
  }

  step(
    c: Connection,
    s: Segment,
    j: Judgement,
    fromClient: boolean,
    fromLow: boolean,
    stream: number,
    reused: boolean,
  ): void {
    if (this.wireshark !== null) {
      this.labels = this.wireshark.labels.label(stream, s, fromLow, reused);
      this.wireshark.completeness.step(stream, s, reused);
    }
    if (this.zeek !== null) this.zeekOf(c).step(s, fromClient);
    if (this.metrics !== null) this.metrics.step(c, fromClient, s, j);
  }

  /** A segment that an ICMP error quotes. */
  quote(quoted: Segment, fromLow: boolean, stream: number, reused: boolean): void {
    if (this.wireshark === null) return;
    this.wireshark.labels.quote(stream, quoted, fromLow);
    this.wireshark.completeness.stepQuoted(stream, quoted, reused);
  }

  /** `c` follows `old`: to Zeek they may be one. */
  succeed(c: Connection, old: Connection): void {
    const before = this.zeek?.get(old);
    if (before !== undefined) this.zeek!.set(c, before.succeededBy(c.firstFrame, c.clientIsLow !== old.clientIsLow));
  }

  /** The fields for the connection's facts; it is forgotten with this. */
  take(c: Connection): Pick<ConnectionFacts, 'completeness' | 'connState' | 'history' | 'furtherZeekRows' | 'metrics'> {
    const metrics = this.metrics?.take(c) ?? null;
    return {
      ...(this.wireshark !== null ? { completeness: this.wireshark.completeness.of(c.stream) } : {}),
      ...this.takeZeek(c),
      ...(metrics !== null ? { metrics } : {}),
    };
  }

  private takeZeek(c: Connection): Pick<ConnectionFacts, 'connState' | 'history' | 'furtherZeekRows'> {
    const rows = this.zeek?.get(c)?.facts() ?? [];
    this.zeek?.delete(c);
    if (rows.length === 0) return {};
    const [{ connState, history }] = rows.splice(fullest(rows), 1) as [ZeekRowFacts];
    return { connState, history, ...(rows.length > 0 ? { furtherZeekRows: rows } : {}) };
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
