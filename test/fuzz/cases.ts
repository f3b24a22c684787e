import { contained } from './container.ts';
import { conversation } from './conversation.ts';
import { crowd } from './crowd.ts';
import { damagedFile, rewritten, shuffled } from './mutations.ts';
import type { Packet } from './packet.ts';
import { Random } from './random.ts';
import type { Seeds } from './seeds.ts';
import { transfer } from './transfer.ts';

/** A case: the bytes of a capture, of which `random` has more to decide. */
export interface Case {
  readonly file: Uint8Array;
  readonly random: Random;
}

/** Case `number`, always the same: packets from somewhere, changed, in a file, changed. */
export function makeCase(number: number, seeds: Seeds): Case {
  const random = new Random(number);
  if (random.oneIn(20)) return { file: damagedFile(random, random.pick(seeds.files).slice()), random };
  const packets = random.oneIn(400) ? crowd(random, random.pick([60, 300, 1200])) : somePackets(random, seeds);
  shuffled(random, packets);
  rewritten(random, packets);
  return { file: damagedFile(random, contained(random, packets)), random };
}

const MOST_PACKETS = 8;

function somePackets(random: Random, seeds: Seeds): Packet[] {
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return some(random, random.pick(seeds.captures));
    case 3:
      return some(random, random.pick(seeds.encapsulations));
    case 4:
      // Two at once: one capture in the midst of another, a tunnel beside a conversation.
      return [...some(random, random.pick(seeds.encapsulations)), ...conversation(random, 5)];
    case 5:
      return random.oneIn(400) ? conversation(random, 3000) : conversation(random, 24);
    case 6:
      return transfer(random, random.pick([8, 16, 30, random.oneIn(20) ? 400 : 60]));
    default:
      return conversation(random, MOST_PACKETS);
  }
}

/** A stretch of packets; of their own, so that they can be changed. */
function some(random: Random, packets: readonly Packet[]): Packet[] {
  const from = random.oneIn(2) ? 0 : random.below(packets.length);
  return packets.slice(from, from + 1 + random.below(MOST_PACKETS)).map((packet) => ({ ...packet }));
}
