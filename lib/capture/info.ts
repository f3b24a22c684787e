import type { CaptureInfo, CaptureProblem } from './reader.ts';

/** `CaptureInfo.format` until (and unless) a valid file header was read. */
export const UNKNOWN_FORMAT = 'unknown';

/** A damaged file may have more damage than anyone wants to read; what is beyond is not kept. */
const MOST_PROBLEMS = 100;

export function emptyInfo(): CaptureInfo {
  return {
    format: UNKNOWN_FORMAT,
    interfaces: [],
    problems: [],
    comments: [],
    names: new Map(),
    dropped: null,
    endSeconds: null,
    endNanos: 0,
  };
}

export function addProblem(info: CaptureInfo, kind: CaptureProblem['kind'], offset: number, reason: string): void {
  if (info.problems.length < MOST_PROBLEMS) info.problems.push({ kind, offset, reason });
}

/** Most bytes that are believed of one packet: Wireshark's bounds, larger for link types whose packets are larger. */
export function mostCaptured(linkType: number): number {
  return LARGE_PACKETS.get(linkType) ?? 262_144;
}

const LINKTYPE_DBUS = 231;
const LINKTYPE_USBPCAP = 249;
const LINKTYPE_EBHSCR = 279;
const LARGE_PACKETS = new Map([
  [LINKTYPE_DBUS, 128 * 1024 * 1024],
  [LINKTYPE_USBPCAP, 128 * 1024 * 1024],
  [LINKTYPE_EBHSCR, 8 * 1024 * 1024],
]);
