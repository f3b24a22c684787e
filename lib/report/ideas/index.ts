import { HANDSHAKE_IDEAS } from './handshake.ts';
import type { Idea } from './idea.ts';
import { SEGMENT_IDEAS } from './segment.ts';
import { STATE_IDEAS } from './states.ts';
import { TEARDOWN_IDEAS } from './teardown.ts';
import { TRANSFER_IDEAS } from './transfer.ts';

export const IDEAS: readonly Idea[] = [
  ...HANDSHAKE_IDEAS,
  ...STATE_IDEAS,
  ...TEARDOWN_IDEAS,
  ...TRANSFER_IDEAS,
  ...SEGMENT_IDEAS,
];

/** How a topic is looked up: case, spaces, `_` and `-` do not matter. */
export function topicKey(text: string): string {
  return text.toLowerCase().replace(/[\s_-]+/g, '-');
}

export function findIdea(topic: string): Idea | undefined {
  const key = topicKey(topic);
  return IDEAS.find(({ id, aliases }) => id === key || aliases.includes(key));
}
