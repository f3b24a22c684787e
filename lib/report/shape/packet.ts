import { epoch } from '../../facts/moment.ts';
import type { PacketRow } from '../../facts/packet-row.ts';
import type { Verdict } from '../../facts/verdict.ts';

/**
 * One segment as JSON text. There may be millions: it is put together by hand, which is several times as fast as
 * `JSON.stringify`; every string in it comes from our own vocabulary.
 */
export function packetJson(row: PacketRow, prefix = ''): string {
  return (
    `{${prefix}"frame":${row.frame},"connection":${row.connection},"stream":${row.stream},"time":"${epoch(row.time)}",` +
    `"from":"${row.from}","flags":${names(row.flags)},"seq":${row.seq},"ack":${row.ack},"length":${row.length},` +
    `"window":${row.window},"windowScaled":${row.windowScaled},${row.analysis === undefined ? '' : `"analysis":${names(row.analysis)},`}` +
    `"verdict":${verdict(row.verdict)},"clientState":"${row.clientState}","serverState":"${row.serverState}"}`
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
