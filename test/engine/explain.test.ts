import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { ExplainingAnalyzer } from '../../lib/engine/explain/analyzer.ts';
import { type Explanation, STAGE_NAMES, type StageName } from '../../lib/facts/explanation.ts';
import { open as pretty } from '../../lib/report/packets/explanation/pretty.ts';
import { PLAIN_PAGE } from '../../lib/report/page.ts';
import { join, LITTLE, pcapHeader, pcapRecord } from '../capture/make.ts';
import { rowsOf } from '../fixtures.ts';
import { bytes, ethernet, ipv4, tcp, udp, vlan } from '../packet/build.ts';

const read = (name: string) => readFileSync(new URL(`../../fixtures/kernel/${name}.pcap`, import.meta.url));

function explain(capture: Uint8Array, frame: number): Explanation | null {
  const analyzer = new ExplainingAnalyzer({}, frame);
  analyzer.write(capture);
  analyzer.end();
  return analyzer.explanation();
}

function stage({ stages }: Explanation, name: StageName): string[] {
  return stages.find((each) => each.stage === name)!.entries.map((entry) => `${entry.name}: ${entry.text}`);
}

describe('the explanation of a frame', () => {
  it('has a heading for every stage, in their order', () => {
    const explanation = explain(read('client_closes.server'), 4)!;
    expect(explanation.frame).toBe(4);
    expect(explanation.stages.map((each) => each.stage)).toEqual(STAGE_NAMES);
    for (const { entries } of explanation.stages) expect(entries.length).toBeGreaterThan(0);
  });

  it('is the row’s verdict, labels and states, for every frame of these captures', () => {
    for (const name of [
      'simultaneous_close_fin_lost.server',
      'keepalive_answered.client',
      'time_wait_refuses.client',
    ]) {
      const capture = read(name);
      for (const row of rowsOf(capture)) {
        const explanation = explain(capture, row.frame)!;
        const verdict = stage(explanation, 'verdict').filter((line) => /^(verdict|revised later)/.test(line));
        expect(verdict.at(-1)).toContain(row.verdict?.kind.replaceAll('_', ' ') ?? 'nothing odd');
        const labels = row.analysis!.join(' ').replaceAll('_', ' ') || 'no label';
        expect(stage(explanation, 'labels')[0]).toBe(`Wireshark: ${labels}`);
        const after = `after: client ${row.clientState}, server ${row.serverState}`;
        expect(stage(explanation, 'states')).toContain(after);
      }
    }
  });

  it('names the row of the state table with its clause, and what was taken back', () => {
    const lines = stage(explain(read('simultaneous_close_fin_lost.server'), 10)!, 'states');
    expect(lines).toContain('server: FIN_WAIT_2 + received FIN = TIME_WAIT (RFC 9293 3.10.7.4), inferred');
    expect(lines).toContain('client: CLOSE_WAIT (received FIN) taken back: it is in ESTABLISHED again');
    expect(lines.at(-1)).toBe('in the timeline: server TIME_WAIT by received FIN, confirmed by frame 11');
  });

  it('says of every candidate before the verdict what speaks against it', () => {
    const lines = stage(explain(read('simultaneous_close_fin_lost.server'), 10)!, 'verdict');
    expect(lines[0]).toBe('verdict: retransmission (fin), high confidence');
    expect(lines.filter((line) => line.startsWith('not '))).toEqual([
      'not duplicate: no transmission like it is known',
      'not zero window probe: the window that the peer offers is not zero (64, unscaled)',
      'not keep alive: something is still unacknowledged',
      'not reordering: its sender’s clocks, or the time that it took, say that it was sent after what came before it',
    ]);
  });

  it('shows tunnels, and ends where there is no TCP', () => {
    const inner = ethernet(ipv4(tcp()));
    const vxlan = ipv4(udp(bytes('08 00 00 00 00 00 01 00', inner), 4789), { protocol: 17 });
    const frames = [vlan(ethernet(vxlan), 5), ethernet(ipv4(bytes('00'), { protocol: 89 }))];
    const records = frames.map((frame) => pcapRecord(LITTLE, { bytes: frame }));
    const capture = join([pcapHeader(LITTLE), ...records]);
    expect(stage(explain(capture, 1)!, 'layers')).toContain('at 14: VLAN (ethertype 0x8100)');
    expect(stage(explain(capture, 1)!, 'connection').join()).toContain('tunnel: ');
    const other = explain(capture, 2)!;
    expect(other.stages.map((each) => each.stage)).toEqual(['frame', 'layers']);
    expect(stage(other, 'layers').at(-1)).toBe('no segment: not TCP');
    expect(explain(capture, 3)).toBeNull();
  });

  it('changes nothing', () => {
    const capture = read('chat_loss.middle');
    const plain = new Analyzer();
    plain.write(capture);
    const explaining = new ExplainingAnalyzer({}, 49);
    explaining.write(capture);
    expect(explaining.end()).toEqual(plain.end());
  });

  it('fits 80 columns without Unicode', () => {
    const capture = read('chat_loss.middle');
    const format = pretty(PLAIN_PAGE);
    for (const frame of [1, 2, 3, 49, 50]) {
      const text = format.row(explain(capture, frame)!, { path: 'x', start: null, several: false });
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
      expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    }
  });
});
