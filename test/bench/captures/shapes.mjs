import { Agenda } from './agenda.mjs';
import { browsing, shortExchange } from './exchanges.mjs';
import { flowsOf } from './flow.mjs';
import { Random } from './random.mjs';
import { Transfer } from './transfer.mjs';
import { CaptureWriter, SYN } from './writer.mjs';

/** What each capture is like. Counts are for scale 1. */
export const SHAPES = {
  mix: {
    summary:
      '20,000 connections of four requests each, some 2,000 at a time, a tenth IPv6, 0.5 % loss with SACK recovery',
    play: (stage, scale) => perform(stage, 20_000 * scale, 360, browsing),
  },
  short: {
    summary: '150,000 connections of one tiny exchange, all in TIME_WAIT when the capture ends',
    play: (stage, scale) => perform(stage, 150_000 * scale, 60, shortExchange),
  },
  bulk: {
    summary:
      '8 lasting transfers, 580 kB in flight, 0.2 % loss with SACK recovery, half seen at the receiver with reordering',
    play: (stage, scale) => {
      for (let number = 0; number < 8; number++) {
        const transfer = new Transfer(stage, number, Math.round(55_000 * scale));
        stage.agenda.after(100 * number, () => transfer.begin());
      }
    },
  },
  flood: {
    summary: '1,000,000 SYNs to one port, each from another address and port, none answered',
    play: (stage, scale) => flood(stage, 1_000_000 * scale),
  },
};

/** Writes a capture and returns how many packets it holds. The same arguments give the same bytes. */
export function generate(shape, path, { format = 'pcap', scale = 1, seed = 1 } = {}) {
  const stage = { agenda: new Agenda(), random: new Random(seed), writer: new CaptureWriter(path, format) };
  SHAPES[shape].play(stage, scale);
  stage.agenda.run();
  stage.writer.close();
  return stage.writer.packets;
}

/** Plays `total` scripts, a new one every `interval` microseconds. */
function perform(stage, total, interval, script) {
  const begin = (number) => {
    if (number + 1 < total) stage.agenda.after(stage.random.around(interval), () => begin(number + 1));
    play(stage, script(stage, number));
  };
  stage.agenda.after(0, () => begin(0));
}

function play(stage, script) {
  const { value: pause, done } = script.next();
  if (!done) stage.agenda.after(pause, () => play(stage, script));
}

function flood(stage, total) {
  const { agenda, random, writer } = stage;
  const target = { address: Uint8Array.of(192, 0, 2, 80), port: 80 };
  const send = (number) => {
    const bits = random.sequenceNumber();
    const address = Uint8Array.of(11 + ((bits >>> 24) % 160), (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255);
    const { up } = flowsOf({ address, port: random.between(1_024, 65_535) }, target, {
      clientTtl: random.between(40, 120),
    });
    writer.segment(agenda.now, up, { seq: random.sequenceNumber(), flags: SYN, window: 64_240 });
    if (number + 1 < total) agenda.after(3, () => send(number + 1));
  };
  agenda.after(0, () => send(0));
}
