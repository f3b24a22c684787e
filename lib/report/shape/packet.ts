import { epoch } from '../../facts/moment.ts';
import type { PacketRow } from '../../facts/packet-row.ts';
import type { Verdict } from '../../facts/verdict.ts';

/** A segment as `packets` prints it. */
export interface PacketLine extends PacketRow {
  /** Why Wireshark's label and the verdict differ; present when it was asked for. */
  readonly difference?: string;
}

/**
 * One segment as JSON text. There may be millions: it is put together by hand, which is several times as fast as
 * `JSON.stringify`; every string in it comes from our own vocabulary.
 */
export function packetJson(row: PacketLine, prefix = ''): string {
  return (
    `{${prefix}"frame":${row.frame},"connection":${row.connection},"stream":${row.stream},"time":"${epoch(row.time)}",` +
    `"from":"${row.from}","flags":${names(row.flags)},"seq":${row.seq},"ack":${row.ack},"length":${row.length},` +
    `"window":${row.window},"windowScaled":${row.windowScaled},${row.analysis === undefined ? '' : `"analysis":${names(row.analysis)},`}` +
    `"verdict":${verdict(row.verdict)},${row.difference === undefined ? '' : `"difference":${JSON.stringify(row.difference)},`}` +
    `"clientState":"${row.clientState}","serverState":"${row.serverState}"}`
  );
}

function names(list: readonly string[]): string {
  return list.length === 0 ? '[]' : `["${list.join('","')}"]`;
}

function verdict(v: Verdict | null): string {
  if (v === null) {
    return 'null';
  }
  return (
    `{"kind":"${v.kind}"${v.how === undefined ? '' : `,"how":"${v.how}"`}` +
    `${v.spurious === undefined ? '' : `,"spurious":${v.spurious}`},"confidence":"${v.confidence}"` +
    `${v.of === undefined ? '' : `,"of":${v.of}`}}`
  );
}
