import type { CaptureFacts } from '../../facts/capture.ts';
import { count, duration, grouped, list, size } from '../phrases.ts';

/** One thing that was looked at to tell how good a capture is. */
export interface QualityRow {
  readonly name: string;
  readonly text: string;
  /** It limits what can be said. */
  readonly limits: boolean;
}

/** How good the evidence is: everything that was looked at, whether it limits or not. */
export function qualityOf(capture: CaptureFacts): QualityRow[] {
  const row = (name: string, limits: boolean, text: string, otherwise = 'none'): QualityRow => ({
    name,
    limits,
    text: limits ? text : otherwise,
  });
  const { connections, droppedByCapture: dropped, oneSided, midstream, unseenBytes, clockSteps } = capture;
  const share = (n: number): string => `${grouped(n)} of ${count(connections, 'connection')}`;
  const offload = capture.offload ?? [];
  return [
    row(
      'Damage',
      capture.problems.length > 0,
      capture.problems.map(({ reason, offset }) => `${reason} (offset ${grouped(offset)})`).join('; '),
    ),
    row(
      'Lost by the capture',
      (dropped ?? 0) > 0,
      count(dropped ?? 0, 'packet'),
      dropped === null ? 'the file does not say' : 'none, says the file',
    ),
    row(
      'Acknowledged, but never seen',
      unseenBytes.bytes > 0,
      `${size(unseenBytes.bytes)} on ${count(unseenBytes.connections, 'connection')}`,
    ),
    row('One direction only', oneSided.connections > 0, share(oneSided.connections)),
    row('Open before the capture began', midstream.connections > 0, share(midstream.connections)),
    row(
      'Cut by the snap length',
      capture.cutFrames > 0,
      `${count(capture.cutFrames, 'packet')}, most at ${count(capture.snapLength, 'byte')}`,
    ),
    row(
      'Clock steps backwards',
      clockSteps.count > 0,
      `${grouped(clockSteps.count)}, the worst by ${duration(clockSteps.worst)}`,
    ),
    row('Recorded twice', capture.captureDuplicates.segments > 0, count(capture.captureDuplicates.segments, 'segment')),
    row(
      'Offload on the capturing host',
      offload.length > 0,
      list([...new Set(offload.map(({ address, what }) => `${address} (${what})`))].slice(0, 4)),
      'not seen',
    ),
    row(
      'Not TCP, or not read',
      false,
      '',
      capture.skipped.length === 0
        ? 'none'
        : list(capture.skipped.slice(0, 6).map(({ reason, frames }) => `${count(frames, 'frame')}: ${reason}`)),
    ),
  ];
}

const VANTAGES = {
  client: 'at the clients',
  server: 'at the servers',
  middle: 'between the two',
  unknown: 'at an unknown place',
} as const;

/** Where the tap stood, in words. */
export function vantageText({ vantage }: Pick<CaptureFacts, 'vantage'>): string {
  return VANTAGES[vantage];
}
