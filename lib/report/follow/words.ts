import type { Side } from '../../facts/connection.ts';
import type { HoleCause, StreamConnection, StreamEnd, StreamHole } from '../../facts/stream.ts';
import type { Origin } from '../format.ts';
import { hanging } from '../layout/wrap.ts';
import type { Page } from '../page.ts';
import { count, socket } from '../phrases.ts';

const CAUSES: { readonly [cause in HoleCause]: string } = {
  lost_before_tap: 'never seen and never acknowledged: lost before the tap',
  not_captured: 'acknowledged, but not in the capture',
  snap_length: 'cut off by the snap length of the capture',
  damaged: 'seen only with a wrong checksum, and not taken',
  memory: 'so much came behind that waiting for them ended',
  unknown: 'never seen, and no acknowledgments tell of them',
};

/** `1,460 bytes missing at 2,920: acknowledged, but not in the capture`. */
export function holeText({ offset, length, cause }: StreamHole): string {
  return `${count(length, 'byte')} missing at ${offset}: ${CAUSES[cause]}`;
}

const ENDINGS = { fin: 'closed by FIN', reset: 'reset', capture: 'still open at the end of the capture' } as const;

/** How a direction ended, and what its reader should know. `shown`: bytes that were printed. */
export function endText(end: StreamEnd, shown: number): string {
  const held = end.offset - end.missing;
  const parts = [
    count(end.offset, 'byte'),
    ENDINGS[end.by],
    ...(end.missing > 0 ? [`${count(end.missing, 'byte')} missing`] : []),
    ...(shown < held ? [`${count(held - shown, 'byte')} not shown`] : []),
    ...(end.unacknowledged !== null && end.unacknowledged > 0
      ? [`the last ${count(end.unacknowledged, 'byte')} never acknowledged: they may not have arrived`]
      : []),
    ...(end.unacknowledged === null ? ['no acknowledgments in the capture'] : []),
    ...(end.uncompared > 0 ? [`${count(end.uncompared, 'byte')} came again and could not be compared`] : []),
  ];
  return parts.join(', ');
}

/** `connection 3 · stream 3 · client 10.0.0.1:40000 → server 10.0.0.2:80`. */
export function streamHeading(of: StreamConnection, page: Page, origin: Origin): string {
  const ends = `client ${endOf(of, 'client')} ${page.glyph.to} server ${endOf(of, 'server')}`;
  const parts = [
    ...(origin.several ? [origin.path] : []),
    `stream ${of.stream}`,
    ends,
    ...(of.midstream ? ['begun before the capture'] : []),
  ];
  const text = parts.map(page.text).join(` ${page.glyph.dot} `);
  return hanging(`connection ${of.connection} ${page.glyph.dot} `, text, page.width, page.ink.bold);
}

function endOf(of: StreamConnection, side: Side): string {
  return socket(of[side].address, of[side].port);
}
