import { ZERO_WINDOW } from '../../facts/notes.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { updateWindow } from './advertised.ts';

/** Takes the window of a segment, and sees where it closes and opens. */
export function turnWindow(connection: Connection, flow: Flow, back: Flow, segment: Segment): void {
  if (segment.window === 0) connection.notes |= ZERO_WINDOW;
  updateWindow(flow, back, segment);
}
