import { HANDSHAKE_ODD } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'syn-data-without-tfo',
    family: 'handshake',
    scope: 'connection',
    summary: 'A SYN carries data although the Fast Open option is missing.',
    why: 'No ordinary stack sends this: the sender makes its packets by hand, and servers may keep or drop the data as they like.',
    likelyCauses: [
      'A scanner, an attack tool, or a load test that builds its own packets.',
      'A middlebox that removed the option and left the data.',
    ],
    nextSteps: ['Look at what else this source sends; a normal program cannot do this by mistake.'],
    confirm: 'Filter `tcp.flags.syn == 1 and tcp.len > 0 and not tcp.options.tfo`.',
    references: ['RFC 9293 3.4', 'RFC 7413 2.1'],
    severity: 'warning',
    options: {},
    needs: [],
    wakes: HANDSHAKE_ODD,
    falsePositives: ['Historic T/TCP, and experimental Fast Open under option 254.'],
    others: 'Zeek reports SYN_with_data with or without the option.',
  },

  connection({ handshake, client, server, start }) {
    const { synData } = handshake;
    if (synData === null || synData.fastOpen) return null;
    const syn = handshake.syns.find(({ frame }) => frame === synData.frame);
    const time = syn?.time ?? start;
    return {
      confidence: 'high',
      message: `Client ${at(client)} sent ${count(synData.bytes, 'byte')} with its SYN to server ${at(server)} without the Fast Open option.`,
      together: `{connections} from {clients} to server ${at(server)} began with data in the SYN and no Fast Open option.`,
      side: 'client',
      frames: [synData.frame],
      start: time,
      end: time,
      impact: { bytes: synData.bytes },
      evidence: { bytesInSyn: synData.bytes, acknowledged: synData.acknowledged },
    };
  },
});
